"""Every route of people's things × every role × own and foreign, seen and unseen objects: who gets in, who is told no, who nothing.

The routes come from the URL map: one that stands neither here nor in `test_permissions` fails the test. What is expected is not written
down cell by cell but follows from who may see an object and who may do the deed; `table` prints the cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ROLES = ("visitor", "loner", "student", "teacher", "colleague", "curator", "admin", "partner", "stranger", "hub curator", "hub admin")
SEATS = {"student": 0, "teacher": 1, "colleague": 1, "curator": 2, "admin": 3}  # in the institution whose things are looked at
LADDER = {"student": 0, "teacher": 1, "curator": 2, "admin": 3}
SEEN = {  # visibility -> who sees it, besides `teacher`, whose thing it is
    "private": set[str](),
    "institution": set(SEATS),
    "partners": set(SEATS) | {"partner"},
    "public": set(ROLES),
}
May = Callable[[str], bool]


def everybody(role: str) -> bool:
    return True


def signed_in(role: str) -> bool:
    return role != "visitor"


def owner(role: str) -> bool:
    return role == "teacher"


def hub_admin(role: str) -> bool:
    return role == "hub admin"


def moderator(role: str) -> bool:
    return role in ("hub curator", "hub admin")


def manager(role: str) -> bool:
    return role in ("admin", "hub admin")


def acting(least: str) -> May:
    """Somebody who acts for any institution with this role."""
    return lambda role: (role in ("partner", "stranger") and LADDER[least] <= 1) or SEATS.get(role, -1) >= LADDER[least]


def here(least: str) -> May:
    """Somebody of the institution whose thing it is."""
    return lambda role: SEATS.get(role, -1) >= LADDER[least]


def either(*ways: May) -> May:
    return lambda role: any(way(role) for way in ways)


@dataclass(frozen=True)
class Rule:
    """Who may; `of` is what the address names: nothing that is hidden from anybody, or a thing that comes in four visibilities."""

    may: May
    of: str = ""


def expected(rule: Rule, role: str, visibility: str) -> str:
    """`in`, `403`, `404` or `sign in`."""
    if rule.of and role != "teacher" and role not in SEEN[visibility]:
        return "404"
    if rule.may(role):
        return "in"
    return "sign in" if role == "visitor" else "403"


def told(answer: object) -> str:
    """What an answer says to who asked."""
    status, place = answer.status_code, answer.headers.get("Location", "")  # type: ignore[attr-defined]
    if status in (303, 302) and place.startswith("/login"):
        return "sign in"
    return {403: "403", 404: "404"}.get(status, "500" if status >= 500 else "in")
