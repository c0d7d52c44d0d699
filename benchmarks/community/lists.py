"""Tags, shelves, bookmarks, paths."""

from __future__ import annotations

from itertools import count
from typing import Any

from benchmarks.community.rows import BEGIN, WORDS, Rows
from hub.models import Bookmark, Comment, Enrolment, Exemplar, Shelf, ShelfEditor, ShelfItem, StepDone, Tag, Tagging
from hub.models.shelf import VISIBILITIES
from hub.models.study import STATUSES


def words(made: Rows) -> None:
    """Tags of institutions, on resources."""
    first = made.following(Tag)
    houses, each = made.size.institutions, max(1, made.size.tags // made.size.institutions)
    made.put(
        Tag,
        (
            {
                "id": first + n,
                "institution_id": made.first_house + n // each % houses,
                "name": f"{WORDS[n % len(WORDS)]} {n}",
                "key": f"{WORDS[n % len(WORDS)]} {n}",
                "about": "",
                "uses": 0,
                "version": 1,
                "created_at": BEGIN,
            }
            for n in range(each * houses)
        ),
    )
    pairs = made.some(made.size.taggings, lambda: (first + int(each * houses * made.rng.random() ** 2), made.popular()))
    made.put(
        Tagging,
        (
            {"tag_id": tag, "resource_id": id, "first_id": id, "person_id": made.first_person + 1, "created_at": made.when()}
            for tag, id in pairs
        ),
    )


def lists(made: Rows) -> None:
    """Shelves with items, editors, comments, and who follows them as a path."""
    first = made.following(Shelf)
    numbers = count(made.following(ShelfItem))
    made.put(Shelf, (shelf(made, first, n) for n in range(made.size.shelves)))
    each = max(1, made.size.items // made.size.shelves)
    made.items = [
        (next(numbers), first + n, place, id)
        for n in range(made.size.shelves)
        for place, id in enumerate(made.some(min(10 * each, 400) if n < 8 else each, made.popular), 1)
    ]
    made.put(
        ShelfItem,
        (
            {
                "id": number,
                "shelf_id": shelf,
                "resource_id": id,
                "first_id": id,
                "position": place,
                "note": "Read the second part first.",
                "version": 1,
                "created_at": BEGIN,
            }
            for number, shelf, place, id in made.items
        ),
    )
    made.put(
        Comment,
        (
            {
                "shelf_id": first + int(made.size.shelves * made.rng.random() ** 4),
                "person_id": made.person(),
                "institution_id": made.house(),
                "text": "Works well with first-year students.",
                "created_at": made.when(),
            }
            for _ in range(made.size.comments)
        ),
    )
    made.put(
        ShelfEditor,
        (
            {"shelf_id": first + 4 + n, "person_id": made.first_person + 1, "created_at": BEGIN}
            for n in range(min(5, made.size.shelves - 4))
        ),
    )
    made.put(
        Exemplar,
        (
            {
                "institution_id": made.first_house,
                "resource_id": id,
                "first_id": id,
                "note": "Our best.",
                "position": n,
                "created_at": BEGIN,
            }
            for n, id in enumerate(made.some(min(12, 2 + made.size.shelves // 10), made.popular), 1)
        ),
    )
    made.first_shelf = first


def shelf(made: Rows, first: int, n: int) -> dict[str, Any]:
    """One of them: the first eight are the first institution's, by its teacher, or the first student's own."""
    moment = made.when()
    if n < 8:
        person, house = (made.first_person + 1, made.first_house) if n % 2 else (made.first_person, None)
        seen = VISIBILITIES[3 - n // 2] if n % 2 else "private"
    else:
        person, house = made.teacher()
        seen = VISIBILITIES[n % 4]
    return {
        "id": first + n,
        "public_id": f"s{n:09}",
        "kind": "path" if n % 3 == 1 else "shelf",
        "title": f"{WORDS[n % len(WORDS)]} shelf {n}",
        "about": "For the second term.",
        "person_id": person,
        "institution_id": house,
        "visibility": seen,
        "credit": "",
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
    }


def study(made: Rows) -> None:
    """Bookmarks; the first student has many. Paths that people follow, and steps that they have done."""
    mine = ((made.first_person, id) for id in made.some(made.size.heavy, lambda: made.rng.choice(made.resources)))
    others = made.some(
        made.size.bookmarks - made.size.heavy,
        lambda: (made.first_person + 1 + made.rng.randrange(made.size.people - 1), made.popular()),
    )
    made.put(Bookmark, (bookmark(made, n, person, id) for n, (person, id) in enumerate([*mine, *others])))
    paths = min(made.size.shelves, 2_000)
    pairs = list(
        dict.fromkeys(
            [
                *((made.first_person, made.first_shelf + n) for n in range(1, min(60, paths), 2)),
                *made.some(made.size.people, lambda: (made.person(), made.first_shelf + made.rng.randrange(paths))),
            ]
        )
    )
    made.put(Enrolment, ({"person_id": p, "shelf_id": s, "created_at": BEGIN, "updated_at": made.when()} for p, s in pairs))
    followed = {shelf for person, shelf in pairs if person == made.first_person}
    done = (number for number, shelf, place, _ in made.items if shelf in followed and place % 2)
    made.put(StepDone, ({"person_id": made.first_person, "item_id": number, "created_at": BEGIN} for number in done))


def bookmark(made: Rows, n: int, person: int, id: int) -> dict[str, Any]:
    moment = made.when()
    return {
        "person_id": person,
        "resource_id": id,
        "first_id": id,
        "note": "Chapter 3 for the exam" if n % 3 == 0 else "",
        "status": STATUSES[n % 4],
        "started_at": moment if n % 4 else None,
        "ended_at": moment if n % 4 > 1 else None,
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
    }
