"""The committed sources are those that the TOML files make, and hold what demo/README.md says."""

import re
import tomllib
from collections import defaultdict
from pathlib import Path

from demo.make_sources import SOURCES, courses, files, licence_url

DEMO = Path(__file__).parents[2] / "demo"
NAMES = ("repository", "openedx", "feed", "site", "moochub", "list")


def test_the_committed_files_are_up_to_date() -> None:
    made = files()
    kept = {path.relative_to(SOURCES).as_posix(): path.read_bytes() for path in SOURCES.rglob("*") if path.is_file()}
    assert sorted(kept) == sorted(made)
    assert [path for path in made if kept[path] != made[path]] == [], "run: python -m demo.make_sources"


def test_there_are_enough_courses_in_both_languages() -> None:
    texts = [course["title"] for name in NAMES for course in courses(name) if not course.get("deleted")]
    chinese = [text for text in texts if re.search(r"[\u4e00-\u9fff]", text)]
    assert len(texts) >= 170
    assert len(chinese) >= 60
    assert len(texts) - len(chinese) >= 60


def test_descriptions_are_texts() -> None:
    for name in NAMES:
        for course in courses(name):
            text = course.get("text") or "".join(course.get("paragraphs", []))
            assert course.get("deleted") or len(text) >= 40, course


def test_works_at_two_sources_share_a_name_as_the_readme_says() -> None:
    at: defaultdict[str, set[str]] = defaultdict(set)
    for name in NAMES:
        for course in courses(name):
            marks = {str(course[field]) for field in ("url", "isbn", "doi") if field in course}
            marks |= {value.removeprefix("isbn:").removeprefix("https://doi.org/") for value in course.get("identifiers", [])}
            organisation = course.get("org") or course.get("partner") or course.get("provider")
            if organisation:
                marks.add(f"{organisation}+{course.get('number') or course.get('code')}")
            for mark in marks:
                at[mark].add(f"demo-{name}")
    shared = {mark: found for mark, found in at.items() if len(found) > 1}
    rows = [line for line in (DEMO / "README.md").read_text("utf-8").splitlines() if line.startswith("| ") and line.count("`demo-") == 0]
    pairs = [line for line in rows if len(set(re.findall(r"demo-[a-z]+", line))) == 2]
    assert len(pairs) >= 8
    for line in pairs:
        assert set(re.findall(r"demo-[a-z]+", line)) in shared.values()
    for mark in shared:
        assert mark in (DEMO / "README.md").read_text("utf-8") or mark.split("+")[-1] in (DEMO / "README.md").read_text("utf-8"), mark


def test_isbns_are_valid() -> None:
    isbns = [course["isbn"] for course in courses("site") if "isbn" in course]
    assert len(isbns) == 2
    for isbn in isbns:
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(isbn)) % 10 == 0


def test_courses_lead_to_invented_addresses_only() -> None:
    for name in NAMES:
        for course in courses(name):
            assert re.match(r"https://[a-z0-9.-]+\.example/", course.get("url", "https://x.example/")), course


def test_licence_addresses() -> None:
    assert licence_url("CC-BY-NC-SA-4.0") == "https://creativecommons.org/licenses/by-nc-sa/4.0/"
    assert licence_url("CC0-1.0") == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert licence_url("ARR") is None


def test_every_source_is_listed() -> None:
    listed = tomllib.loads((DEMO / "sources.toml").read_text("utf-8"))["source"]
    assert [source["name"] for source in listed] == [f"demo-{name}" for name in NAMES]
    assert {source["kind"] for source in listed} == {"oai-pmh", "openedx", "rss", "jsonld", "moochub", "csv"}
