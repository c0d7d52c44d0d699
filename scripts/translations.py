"""Bring the message catalogues up to date with the code and the templates, and compile them.

    python scripts/translations.py          extract, merge into hub/translations/, compile; list what is to translate
    python scripts/translations.py --check  change nothing; exit status 1 when a catalogue is not complete, or not compiled

English is the language of the source: its catalogue is filled from the messages themselves. The compiled files are committed, so that
setting up needs nothing but Python packages.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from harvesters import registry
from hub.web.api import blueprint, openapi

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "zh_Hans")
READ = (("hub/web", [("**.py", "python")]), ("templates", [("**.html", "jinja2")]))
KEYWORDS = {"_": None, "_l": None, "ngettext": (1, 2)}


def catalogue_path(language: str) -> Path:
    return ROOT / "hub" / "translations" / language / "LC_MESSAGES" / "messages.po"


def extract() -> Catalog:
    """Every message, with the files in which it stands (no line numbers: they would change with every edit)."""
    found = Catalog(project="Open Commerce Hub", charset="utf-8")
    for folder, methods in READ:
        for filename, _line, message, comments, context in extract_from_dir(ROOT / folder, methods, {}, KEYWORDS):
            found.add(message, None, [(f"{folder}/{filename}", 0)], auto_comments=comments, context=context)
    for harvester in registry.OURS:  # their forms are drawn from what they declare
        texts = (harvester.title, *(words for option in harvester.options for words in (option.label, option.help)))
        for words in filter(None, texts):
            found.add(words, None, [(f"harvesters/kinds ({harvester.kind})", 0)])
    for words in api_texts():
        found.add(words, None, [("hub/web/api", 0)])
    return found


def api_texts() -> Iterator[str]:
    """What the API's page says of its operations, which is what the OpenAPI document says."""
    assert blueprint.MODULES  # which declare the operations
    whole = openapi.document(title="", version="", server="", contact="")
    for tag in whole["tags"]:
        yield from (tag["name"], tag["description"])
    for methods in whole["paths"].values():
        for one in methods.values():
            texts = (one["summary"], one.get("description"), *(parameter.get("description") for parameter in one["parameters"]))
            yield from filter(None, texts)


def merged(language: str, messages: Catalog) -> Catalog:
    """The catalogue of a language with these messages: kept translations, empty new ones, nothing obsolete, nothing guessed."""
    path = catalogue_path(language)
    kept = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    made = Catalog(locale=language, project="Open Commerce Hub", charset="utf-8", fuzzy=False)
    made.creation_date = kept.creation_date
    made.revision_date = kept.revision_date
    for message in sorted((m for m in messages if m.id), key=lambda m: m.id if isinstance(m.id, str) else m.id[0]):
        old = kept.get(message.id)
        text = message.id if language == "en" else old.string if old is not None and not old.fuzzy else None
        made.add(message.id, text, sorted(set(message.locations)), context=message.context, flags=message.flags)
    return made


def incomplete(catalogue: Catalog) -> Iterator[Message]:
    """Messages without a translation, or with one that lost a placeholder."""
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (not all(texts) or message.fuzzy or any(message.check(catalogue))):
            yield message


def po_bytes(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalogue, width=140, include_lineno=False, sort_output=False)
    return out.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main(check: bool) -> int:
    messages, faults = extract(), 0
    for language in LANGUAGES:
        catalogue, path = merged(language, messages), catalogue_path(language)
        for message in incomplete(catalogue):
            faults += 1
            print(f"{language}: not translated: {message.id!r}")
        for target, content in ((path, po_bytes(catalogue)), (path.with_suffix(".mo"), mo_bytes(catalogue))):
            if target.exists() and target.read_bytes() == content:
                continue
            if check:
                faults += 1
                print(f"{target.relative_to(ROOT)} is not up to date: run python scripts/translations.py")
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
