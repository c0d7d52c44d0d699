"""Institutions, their people, and which of them work together."""

from __future__ import annotations

from sqlalchemy import select

from benchmarks.community.rows import BEGIN, LATER, PASSWORD, Rows
from hub.models import Institution, InstitutionName, Invitation, Membership, Partnership, Person, Resource, SignIn
from hub.models.institution import KINDS, ROLES
from hub.services import joining


def houses(made: Rows) -> None:
    first, moment = made.first_house, BEGIN
    made.put(
        Institution,
        (
            {
                "id": first + n,
                "slug": f"house-{n}",
                "name": f"House of Commerce {n}",
                "name_zh": f"商学院 {n}",
                "kind": KINDS[n % 3],
                "place": "Hangzhou",
                "url": f"https://house-{n}.example/",
                "about": "We teach trade. " * 10,
                "version": 1,
                "verified_at": moment if n % 4 else None,
                "created_at": moment,
                "updated_at": moment,
            }
            for n in range(made.size.institutions)
        ),
    )
    makers = list(
        made.session.scalars(
            select(Resource.institution)
            .where(Resource.institution.is_not(None), Resource.institution.not_in(select(InstitutionName.name)))
            .distinct()
            .limit(made.size.institutions)
        )
    )
    made.put(InstitutionName, ({"institution_id": first + n, "name": name} for n, name in enumerate(makers)))


def folk(made: Rows) -> None:
    """Every fourth is a teacher; the first four have a role each in the first institution; some belong to two."""
    secret = joining.hasher.hash(PASSWORD)
    first, houses = made.first_person, made.size.institutions
    made.put(
        Person,
        (
            {
                "id": first + n,
                "email": f"{ROLES[n]}@house-0.example" if n < 4 else f"person-{n}@house-{n % houses}.example",
                "name": f"Person {n}",
                "password_hash": secret,
                "session_key": f"{n:032}",
                "is_admin": False,
                "is_curator": False,
                "created_at": BEGIN,
                "confirmed_at": BEGIN,
                "recovery_hashes": [],
            }
            for n in range(made.size.people)
        ),
    )
    roles = [(n, 0, ROLES[n]) for n in range(min(4, made.size.people))]
    roles += [(n, n % houses, "teacher" if n % 4 == 1 else "curator" if n % 200 == 2 else "student") for n in range(4, made.size.people)]
    roles += [(n, (n + 7) % houses, "teacher") for n in range(5, made.size.people, 50) if houses > 7]
    made.put(
        Membership,
        (
            {"person_id": first + n, "institution_id": made.first_house + house, "role": role, "created_at": BEGIN}
            for n, house, role in dict.fromkeys(roles)
        ),
    )
    made.put(
        Invitation,
        (
            {
                "institution_id": made.first_house,
                "email": f"guest-{n}@guest.example",
                "role": "teacher",
                "token_hash": f"{n:064}",
                "invited_by_id": first + 3,
                "created_at": made.when(),
                "expires_at": LATER,
            }
            for n in range(max(3, made.size.people // 200))
        ),
    )
    made.put(
        SignIn,
        (
            {
                "person_id": first + n % 4,
                "token_hash": f"{n:064}",
                "browser": "Firefox",
                "place": "203.0.113.0/24",
                "remembered": True,
                "created_at": BEGIN,
                "seen_at": BEGIN,
                "expires_at": LATER,
            }
            for n in range(12)
        ),
    )


def partners(made: Rows) -> None:
    """Pairs of institutions; the first one has many."""
    first, houses = made.first_house, made.size.institutions
    near = [(0, n) for n in range(1, min(houses, 2 + made.size.partnerships // 20))]
    pairs = dict.fromkeys(
        [*near, *made.some(made.size.partnerships, lambda: tuple(sorted((made.rng.randrange(houses), made.rng.randrange(houses)))))]
    )
    states = ("active", "active", "active", "requested", "ended")
    made.put(
        Partnership,
        (
            {
                "left_id": first + left,
                "right_id": first + right,
                "requested_by_id": first + right,
                "message": "Let us share.",
                "state": states[n % 5],
                "requested_at": BEGIN,
                "decided_at": BEGIN,
            }
            for n, (left, right) in enumerate(pairs)
            if left != right
        ),
    )
