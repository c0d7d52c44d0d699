"""Who plays in the tests of permissions, and the things that they have: one of each kind, in each visibility where it has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import (
    AccessToken,
    Adoption,
    Bookmark,
    Comment,
    Complaint,
    Criterion,
    Cycle,
    Decision,
    Enrolment,
    Exemplar,
    Follow,
    Identity,
    Institution,
    InstitutionDomain,
    InstitutionName,
    Invitation,
    Logo,
    Membership,
    Partnership,
    Person,
    Reply,
    Resource,
    Review,
    ReviewScore,
    Rubric,
    SavedSearch,
    Shelf,
    ShelfItem,
    Tag,
    Tagging,
)  # fmt: skip
from hub.models.shelf import VISIBILITIES
from hub.services import acting, inviting, joining, lodging, sprinkling, tallying

PASSWORD = "correct horse battery"
INVITED = "the token of an invitation"
THEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUSES = ("own", "partner", "foreign")
CAST = {  # who -> institution and role there
    "loner": None,
    "student": ("own", "student"),
    "teacher": ("own", "teacher"),
    "colleague": ("own", "teacher"),
    "curator": ("own", "curator"),
    "admin": ("own", "admin"),
    "partner": ("partner", "teacher"),
    "stranger": ("foreign", "teacher"),
    "hub curator": None,
    "hub admin": None,
}


@dataclass(frozen=True)
class Stage:
    """Arguments of addresses: by visibility where the thing has one; and whom to sign in as."""

    emails: dict[str, str]
    fixed: dict[str, str]
    by_visibility: dict[str, dict[str, str]]  # visibility -> argument -> value


def set_stage(session: Session) -> Stage:
    """Everything. Commits."""
    houses = {slug: house(slug) for slug in HOUSES}
    session.add_all(houses.values())
    people = {who: person(session, who) for who in CAST}
    session.flush()
    for who, place in CAST.items():
        if place:
            session.add(Membership(person_id=people[who].id, institution_id=houses[place[0]].id, role=place[1], created_at=THEN))
    left, right = sorted((houses["own"].id, houses["partner"].id))
    session.add(
        Partnership(left_id=left, right_id=right, requested_by_id=left, state="active", message="", requested_at=THEN, decided_at=THEN)
    )
    wanted = select(Resource).where(Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None)).order_by(Resource.id)
    resources = list(session.scalars(wanted.limit(6)))
    made = {
        seen: things(session, people["teacher"], houses["own"], resources[number], seen, number) for number, seen in enumerate(VISIBILITIES)
    }
    fixed = common(session, people, houses["own"], resources[4])
    fixed |= made_and_offered(session, houses["own"], resources[:4]) | accounts_of(session, people["teacher"])
    fixed["number"] = str(sprinkled(session, people["teacher"], [resources[5].id]))
    tallying.tally(session, [resource.id for resource in resources])
    session.commit()
    return Stage({who: people[who].email for who in CAST}, fixed, made)


def house(slug: str) -> Institution:
    return Institution(slug=slug, name=f"House {slug}", kind="university", verified_at=THEN, created_at=THEN, updated_at=THEN)


def person(session: Session, who: str) -> Person:
    name = who.replace(" ", "-")
    made = joining.add(session, f"{name}@cast.example", PASSWORD, name=who.title(), admin=who == "hub admin", curator=who == "hub curator")
    made.confirmed_at = THEN
    return made


def things(session: Session, by: Person, of: Institution, resource: Resource, seen: str, number: int) -> dict[str, str]:
    """What a teacher has made for their institution, in one visibility."""
    when = {"created_at": THEN, "updated_at": THEN}
    about = {"resource_id": resource.id, "first_id": resource.id, "person_id": by.id, "institution_id": of.id, "visibility": seen}
    shelf = Shelf(
        public_id=f"shelf{seen}", kind="path", title=f"Shelf {seen}", person_id=by.id, institution_id=of.id, visibility=seen, **when
    )
    session.add(shelf)
    session.flush()
    item = ShelfItem(shelf_id=shelf.id, resource_id=resource.id, first_id=resource.id, position=1, person_id=by.id, created_at=THEN)
    session.add(item)
    session.flush()
    comment = Comment(shelf_id=shelf.id, item_id=None, person_id=by.id, institution_id=of.id, text="Good.", created_at=THEN)
    review = Review(**about, cycle_id=cycle(session).id, rubric_id=rubric(session).id, score=4.0, comment="Good.", **when)
    adoption = Adoption(**about, course="Trade", term=f"{number}/2026", **when)
    session.add_all((comment, review, adoption))
    session.flush()
    session.add_all(ReviewScore(review_id=review.id, criterion_id=id, value=4) for id in criteria(session))
    decision = {name: value for name, value in about.items()}
    session.add(Decision(**decision, cycle_id=review.cycle_id, verdict="adopt", reason="", **when))
    return {
        "public_id": shelf.public_id, "item_id": str(item.id), "comment_id": str(comment.id), "review_id": str(review.id),
        "adoption_id": str(adoption.id),
    }  # fmt: skip


def common(session: Session, people: dict[str, Person], own: Institution, resource: Resource) -> dict[str, str]:
    """What has no visibility of its own."""
    teacher = people["teacher"]
    tag = Tag(institution_id=own.id, name="customs", key="customs", uses=1, created_at=THEN)
    session.add(tag)
    session.flush()
    tagging = Tagging(tag_id=tag.id, resource_id=resource.id, first_id=resource.id, person_id=teacher.id, created_at=THEN)
    keep = {"resource_id": resource.id, "first_id": resource.id, "person_id": teacher.id}
    bookmark = Bookmark(**keep, status="studying", created_at=THEN, updated_at=THEN)
    search = SavedSearch(person_id=teacher.id, name="Logistics", query="q=logistics", token="t" * 43, checked_at=THEN, created_at=THEN)
    follow = Follow(person_id=teacher.id, subject="institution", key="own", checked_at=THEN, created_at=THEN)
    shelf = session.scalars(select(Shelf).where(Shelf.visibility == "public")).one()
    review = session.scalars(select(Review).where(Review.visibility == "public", Review.institution_id == own.id)).one()
    reviews = session.scalars(select(Review).where(Review.institution_id == own.id)).all()
    replies = {
        one.id: Reply(review_id=one.id, institution_id=own.id, person_id=teacher.id, text="Thanks.", created_at=THEN, updated_at=THEN)
        for one in reviews
    }
    reply = replies[review.id]
    complaint = Complaint(subject="review", subject_id=review.id, person_id=people["loner"].id, reason="spam", created_at=THEN)
    invitation = Invitation(
        institution_id=own.id, email="guest@cast.example", role="teacher", token_hash=inviting.hashed(INVITED), created_at=THEN,
        expires_at=datetime(2036, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    exemplar = Exemplar(institution_id=own.id, resource_id=resource.id, first_id=resource.id, note="", position=1, created_at=THEN)
    own_cycle = Cycle(institution_id=own.id, name="Autumn", starts_on=date(2024, 9, 1), ends_on=date(2024, 12, 31), created_at=THEN)
    session.add_all((tagging, bookmark, search, follow, *replies.values(), complaint, invitation, exemplar, own_cycle))
    session.add(Enrolment(person_id=teacher.id, shelf_id=shelf.id, created_at=THEN, updated_at=THEN))
    session.flush()
    return {
        "slug": "own", "other": "partner", "tag_id": str(tag.id), "tagging_id": str(tagging.id), "search_id": str(search.id),
        "follow_id": str(follow.id), "reply_id": str(reply.id), "complaint_id": str(complaint.id), "invitation_id": str(invitation.id),
        "exemplar_id": str(exemplar.id), "cycle_id": str(own_cycle.id), "person_id": str(people["student"].id), "token": "t" * 43,
        "house_id": str(own.id), "resource": resource.public_id, "notation": "logistics",
    }  # fmt: skip


def made_and_offered(session: Session, own: Institution, resources: list[Resource]) -> dict[str, str]:
    """What shows that the house made these resources, that it has a picture, and lets in by a domain; and a provider."""
    own.joining = "domain"
    session.add(InstitutionDomain(institution_id=own.id, domain="cast.example"))
    names = {name for resource in resources for name in (resource.institution, resource.provider) if name}
    session.add_all(InstitutionName(institution_id=own.id, name=name) for name in sorted(names))
    session.add(Logo(institution_id=own.id, media_type="image/png", body=b"picture", digest="0" * 64, updated_at=THEN))
    live = Resource.provider_slug.is_not(None) & Resource.withdrawn_at.is_(None) & Resource.merged_into_id.is_(None)
    return {"provider": session.scalars(select(Resource.provider_slug).where(live).order_by(Resource.id)).first() or ""}


def accounts_of(session: Session, teacher: Person) -> dict[str, str]:
    """Another browser of the teacher, and another way in."""
    token = lodging.begin(session, teacher, remember=True, browser="Another one", address="192.0.2.1")
    identity = Identity(person_id=teacher.id, issuer="https://id.example", subject="teacher", created_at=THEN)
    session.add(identity)
    session.flush()
    row = next(one for one in lodging.all_of(session, teacher.id) if one.token_hash == lodging.digest(token))
    made = AccessToken(person_id=teacher.id, name="script", token_hash="0" * 64, hint="0000", scopes=["read"], created_at=THEN)
    session.add(made)
    session.flush()
    return {"session_id": str(row.id), "identity_id": str(identity.id), "teacher_id": str(teacher.id), "token_id": str(made.id)}


def sprinkled(session: Session, teacher: Person, resource_ids: list[int]) -> int:
    """The teacher has tagged many at once: the number of that edit."""
    return next(number for number, _count in sprinkling.sprinkle(session, acting.viewer(session, teacher), resource_ids, ["bulk"]))


def cycle(session: Session) -> Cycle:
    """The hub's of this time."""
    found = session.scalars(select(Cycle).where(Cycle.institution_id.is_(None), Cycle.name == "2025")).first()
    if found is None:
        found = Cycle(institution_id=None, name="2025", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31), created_at=THEN)
        session.add(found)
        session.flush()
    return found


def rubric(session: Session) -> Rubric:
    """The hub's own, made where there is none."""
    found = session.scalars(select(Rubric).where(Rubric.institution_id.is_(None), Rubric.retired_at.is_(None))).first()
    if found is None:
        found = Rubric(institution_id=None, name={"en": "Rubric"}, created_at=THEN)
        session.add(found)
        session.flush()
        session.add(
            Criterion(rubric_id=found.id, position=1, key="accuracy", name={"en": "Accuracy"}, meaning={"en": list("12345")}, weight=1)
        )
        session.flush()
    return found


def criteria(session: Session) -> list[int]:
    """Its criteria."""
    return list(session.scalars(select(Criterion.id).where(Criterion.rubric_id == rubric(session).id)))
