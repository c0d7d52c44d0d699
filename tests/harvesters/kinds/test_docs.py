"""docs/kinds.md tells of every kind and of every option."""

from pathlib import Path

from harvesters import registry
from harvesters.record import Record

DOCS = Path(__file__).parents[3] / "docs"


def test_every_kind_has_its_section_with_its_options():
    sections = (DOCS / "kinds.md").read_text(encoding="utf-8").split("\n## ")
    for name, harvester in registry.kinds().items():
        section = next(section for section in sections if f"`{name}`\n" in section)
        for option in harvester.options:
            assert f"`{option.name}`" in section, f"{name}: {option.name}"


def test_every_field_of_a_record_is_explained():
    text = (DOCS / "metadata.md").read_text(encoding="utf-8")
    for field in Record.__dataclass_fields__:
        assert field == "raw" or f"`{field}`" in text, field
