"""Reviews, rubrics, cycles, decisions and reports, as people use them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, func, select

from hub.db import db, now
from hub.models import (
    AuditEvent,
    Complaint,
    Criterion,
    Cycle,
    Decision,
    Exemplar,
    Institution,
    Mail,
    Membership,
    Person,
    Reply,
    Resource,
    Review,
    ReviewScore,
    Rubric,
)
from hub.services import commending, evaluating, joining, scoring

from .conftest import token

EVIL = "<script>alert(1)</script> {{7*7}} \u202e"
SCORES = {f"c-{one.key}": "4" for one in scoring.shipped()[2]}
PEOPLE = {  # name: institution, role
    "wang": ("zhejiang", "teacher"),
    "cora": ("zhejiang", "curator"),
    "stu": ("zhejiang", "student"),
    "gu": ("guanglian", "curator"),
    "mia": ("maker", "teacher"),
}
HOUSES = {
    "zhejiang": ("Zhejiang Institute", "浙江学院", "university"),
    "guanglian": ("Guanglian Logistics", None, "enterprise"),
    "maker": ("Example University of Commerce", None, "university"),
}


@pytest.fixture
def folk(own_site: Flask, courses: ModuleType) -> Callable[[str], FlaskClient]:
    """Somebody of PEOPLE, signed in."""
    with own_site.app_context():
        session = db.session()
        houses = {
            slug: Institution(slug=slug, name=name, name_zh=zh, kind=kind, created_at=now(), updated_at=now())
            for slug, (name, zh, kind) in HOUSES.items()
        }
        session.add_all(houses.values())
        session.flush()
        hashed = joining.add(session, "mode@example.org", courses.PASSWORD, name="mode", curator=True).password_hash
        for name, (slug, role) in PEOPLE.items():
            person = Person(email=f"{name}@example.org", name=name.title(), password_hash=hashed, session_key=name, created_at=now())
            session.add(person)
            session.flush()
            session.add(Membership(person_id=person.id, institution_id=houses[slug].id, role=role, created_at=now()))
        session.commit()

    def enter(name: str) -> FlaskClient:
        client = own_site.test_client()
        data = {"csrf_token": token(client), "email": f"{name}@example.org", "password": courses.PASSWORD}
        assert client.post("/login", data=data).status_code == 303
        return client

    return enter


@pytest.fixture
def course(own_site: Flask) -> str:
    """The public id of a course that Example University of Commerce made."""
    with own_site.app_context():
        wanted = select(Resource.public_id).where(Resource.institution == "Example University of Commerce", Resource.withdrawn_at.is_(None))
        return str(db.session.scalars(wanted.order_by(Resource.id)).first())


def send(client: FlaskClient, place: str, **data: str) -> tuple[int, str]:
    """Status, and the page or where it leads to."""
    answer = client.post(place, data={"csrf_token": token(client), **data})
    return answer.status_code, answer.headers.get("Location") or answer.get_data(as_text=True)


def page(client: FlaskClient, place: str, language: str = "en", status: int = 200) -> str:
    answer = client.get(place, headers={"Accept-Language": language}, follow_redirects=True)
    assert answer.status_code == status, (place, answer.status_code)
    return answer.get_data(as_text=True)


def wrote(client: FlaskClient, course: str, **more: str) -> int:
    """A review; answers its number."""
    status, place = send(client, f"/resources/{course}/reviews/new", **{**SCORES, "visibility": "public", **more})
    assert status == 303, place
    with client.application.app_context():
        return int(db.session.scalars(select(func.max(Review.id))).one())


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the database gets meanwhile."""
    with app.app_context():
        engine = db.engine
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_review_shows_on_the_page_of_its_resource(folk: Callable[[str], FlaskClient], course: str) -> None:
    wang = folk("wang")
    assert "No reviews yet" in page(wang, f"/resources/{course}")
    assert re.search("You review for <[^>]+>Zhejiang Institute</[^>]+>, in the cycle", page(wang, f"/resources/{course}/reviews/new"))
    wrote(wang, course, comment=f"Worked well {EVIL}", evidence="240 students")
    shown = page(wang.application.test_client(), f"/resources/{course}")
    for text in (
        "1 review from 1 institution",
        "Zhejiang Institute",
        "Worked well &lt;script&gt;",
        "240 students",
        "One review alone",
        "Content accuracy",
    ):
        assert text in shown
    assert "\u202e" not in shown and "4.0" in shown


def test_the_rubric_speaks_chinese(folk: Callable[[str], FlaskClient], course: str) -> None:
    wang = folk("wang")
    form = page(wang, f"/resources/{course}/reviews/new", "zh-Hans")
    assert all(one.name["zh-Hans"] in form and one.meaning["zh-Hans"][4] in form for one in scoring.shipped()[2])
    assert "浙江学院" in form and "内容准确" in page(wang, "/rubrics", "zh-Hans")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"c-accuracy": ""}, "Content accuracy: choose from 1 to 5."),
        ({"c-reuse": "6"}, "Choose from 1 to 5."),
        ({"c-reuse": "four"}, "Choose from 1 to 5."),
        ({"comment": "x" * 5001}, "at most 5000 characters"),
        ({"visibility": "private"}, "Choose one of these."),
        ({"rubric": "0-99"}, "The rubric has changed since"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(folk: Callable[[str], FlaskClient], course: str, wrong: dict[str, str], said: str) -> None:
    typed = {**SCORES, "visibility": "public", "evidence": "seen in my class", **wrong}
    status, shown = send(folk("wang"), f"/resources/{course}/reviews/new", **typed)
    assert status == 422 and said in shown and "seen in my class" in shown and "<title>Error:" in shown
    assert 'name="c-teaching" value="4" required checked' in shown


def test_a_second_review_leads_to_the_first_and_loses_nothing(folk: Callable[[str], FlaskClient], course: str) -> None:
    wang = folk("wang")
    number = wrote(wang, course)
    assert wang.get(f"/resources/{course}/reviews/new").headers["Location"] == f"/reviews/{number}/edit"
    status, shown = send(wang, f"/resources/{course}/reviews/new", **SCORES, visibility="public", comment="typed twice")
    assert status == 422 and "typed twice" in shown and f'action="/reviews/{number}/edit"' in shown
    status, place = send(wang, f"/reviews/{number}/edit", **SCORES, visibility="public", comment="typed twice", version="1")
    assert status == 303
    status, shown = send(wang, f"/reviews/{number}/edit", **SCORES, visibility="public", comment="from an old window", version="1")
    assert status == 422 and "Somebody has changed the same" in shown and "typed twice" in shown and "from an old window" in shown
    assert 'name="version" value="2"' in shown
    status, place = send(wang, f"/reviews/{number}/delete")
    assert status == 303 and "No reviews yet" in page(wang, place)


def test_who_may_not_write_is_told_so(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    number = wrote(folk("wang"), course)
    hidden = wrote(folk("cora"), course, visibility="institution")
    nobody, stu, gu = own_site.test_client(), folk("stu"), folk("gu")
    assert nobody.get(f"/resources/{course}/reviews/new").headers["Location"].startswith("/login?next=")
    assert stu.get(f"/resources/{course}/reviews/new").status_code == 403
    assert send(stu, f"/resources/{course}/reviews/new", **SCORES, visibility="public")[0] == 403
    assert send(stu, f"/resources/{course}/decision", verdict="adopt", visibility="public")[0] == 403
    for place in ("edit", "delete", "reply"):
        assert (gu.get(f"/reviews/{number}/{place}").status_code, gu.get(f"/reviews/{hidden}/{place}").status_code) == (403, 404)
        assert send(gu, f"/reviews/{number}/{place}", text="no")[0] == 403 and send(gu, f"/reviews/{hidden}/{place}", text="no")[0] == 404
    assert send(gu, f"/reviews/{hidden}/helpful", helpful="yes")[0] == 404 and gu.get(f"/reviews/{hidden}").status_code == 404
    assert send(gu, f"/reviews/{number}/reply/delete")[0] == 403
    assert gu.get(f"/complaints/new?subject=review&id={hidden}").status_code == 404
    for place in ("/institutions/zhejiang/rubric/edit", "/institutions/zhejiang/cycles"):
        assert send(gu, place, do="save")[0] == 403 and send(folk("wang"), place, do="save")[0] == 403
    assert gu.get("/resources/nosuch/reviews").status_code == gu.get("/reviews/999999").status_code == 404


def test_others_vote_and_the_maker_replies(folk: Callable[[str], FlaskClient], course: str) -> None:
    wang, gu, mia = folk("wang"), folk("gu"), folk("mia")
    number = wrote(wang, course, comment="Captions need work")
    assert send(gu, f"/reviews/{number}/helpful", helpful="yes", next=f"/resources/{course}")[1] == f"/resources/{course}#review-{number}"
    assert send(gu, f"/reviews/{number}/helpful", helpful="yes", next="//evil.example")[1].startswith("/#")
    assert (
        send(gu, f"/reviews/{number}/helpful", helpful="perhaps")[0] == 400
        and send(wang, f"/reviews/{number}/helpful", helpful="yes")[0] == 403
    )
    assert "1 person found this helpful" in page(gu, f"/resources/{course}/reviews?sort=helpful")
    assert send(mia, f"/reviews/{number}/reply", text=" ")[0] == 422
    assert send(mia, f"/reviews/{number}/reply", text="They are there since May", version="0")[0] == 303
    status, shown = send(mia, f"/reviews/{number}/reply", text="from an old window", version="0")
    assert status == 422 and "They are there since May" in shown and "from an old window" in shown
    assert "Reply by Example University of Commerce" in page(gu, f"/resources/{course}")
    assert send(mia, f"/reviews/{number}/reply/delete")[0] == 303 and "Reply by" not in page(gu, f"/resources/{course}")


def test_the_makers_own_review_is_said_to_be_one(folk: Callable[[str], FlaskClient], course: str) -> None:
    mia = folk("mia")
    assert "Your institution made this" in page(mia, f"/resources/{course}/reviews/new")
    wrote(mia, course)
    shown = page(folk("gu"), f"/resources/{course}")
    assert "not counted in the score" in shown and "1 review from" not in shown


def test_an_institution_decides_and_sees_its_own_reviews_beside(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    wrote(folk("wang"), course)
    cora, gu = folk("cora"), folk("gu")
    place = f"/resources/{course}/decision"
    assert "Our reviews in this cycle" in page(cora, place) and "None yet" in page(gu, place)
    assert send(cora, place, visibility="public")[0] == 422 and send(cora, place, verdict="burn", visibility="public")[0] == 422
    assert send(cora, place, verdict="adopt", reason=f"Fits {EVIL}", visibility="public", version="0")[0] == 303
    status, shown = send(cora, place, verdict="reject", reason="from an old window", visibility="public", version="0")
    assert status == 422 and "Somebody has changed the same" in shown and "from an old window" in shown and "Fits &lt;script" in shown
    assert send(gu, place, verdict="reject", reason="Not ours", visibility="institution", version="0")[0] == 303
    public = page(own_site.test_client(), f"/resources/{course}")
    assert "Fits &lt;script" in public and "Not ours" not in public and "Not ours" in page(gu, f"/resources/{course}")
    assert send(cora, place, verdict="pilot", visibility="public", version="1")[0] == 303
    assert send(cora, place, verdict="pilot", visibility="public", version="2", do="withdraw")[0] == 303
    with own_site.app_context():
        assert db.session.scalar(select(func.count()).select_from(Decision)) == 1
        deeds = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("decision.")).order_by(AuditEvent.id)).all()
    assert deeds == ["decision.made", "decision.made", "decision.changed", "decision.withdrawn"]


def rubric(rows: int = 1, **more: str) -> dict[str, str]:
    """A rubric of one's own, as typed."""
    typed = {"name-en": "Ours", "name-zh-Hans": "", "source": "", "seen": "0", "count": str(rows), "do": "save"}
    for place in range(rows):
        typed |= {
            f"c-{place}-name-en": f"Question {place}",
            f"c-{place}-weight": str(place + 1),
            f"c-{place}-meaning-en": "a\nb\nc\nd\ne",
        }
    return {**typed, **more}


def test_an_institution_reviews_by_its_own_rubric(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    cora, wang, place = folk("cora"), folk("wang"), "/institutions/zhejiang/rubric"
    assert "Content accuracy" in page(cora, f"{place}/edit")
    status, shown = send(cora, f"{place}/edit", **rubric(2, do="down-0"))
    assert status == 200 and shown.index("Question 1") < shown.index("Question 0")
    for verb, expected in (("add", "Criterion 3"), ("preview", "67%")):
        assert expected in send(cora, f"{place}/edit", **rubric(2, do=verb))[1]
    assert "Question 0" not in send(cora, f"{place}/edit", **rubric(2, do="remove-0"))[1]
    assert send(cora, f"{place}/edit", **rubric(2, do="up-99999999"))[0] == 400
    with own_site.app_context():
        assert db.session.scalar(select(func.count()).select_from(Rubric)) == 0
    assert send(cora, f"{place}/edit", **rubric(2))[0] == 303
    assert "Question 1" in page(wang, f"/resources/{course}/reviews/new")
    number = wrote(wang, course, **{"c-question-0": "1", "c-question-1": "4"})
    with own_site.app_context():
        assert db.session.get_one(Review, number).score == 3
    status, shown = send(cora, f"{place}/edit", **rubric(1, **{"c-0-name-en": "Late"}))
    assert status == 422 and "Somebody has changed the same" in shown and "Late" in shown and "Question 1" in shown
    assert send(cora, f"{place}/edit", **rubric(1, seen="1"))[0] == 303
    assert "Question 1" in page(wang, f"/reviews/{number}/edit"), "a review keeps its edition"
    send(cora, f"/resources/{course}/decision", verdict="adopt", reason="", visibility="public", version="0")
    assert "By its own rubric: " in page(own_site.test_client(), f"/resources/{course}")
    assert send(cora, f"{place}/default", seen="2")[0] == 303 and "by the hub’s rubric" in page(wang, place)
    assert "By its own rubric: " in page(own_site.test_client(), f"/resources/{course}"), "it was made by that one"
    send(cora, f"/resources/{course}/decision", verdict="pilot", reason="", visibility="public", version="1")
    assert "By its own rubric: " not in page(own_site.test_client(), f"/resources/{course}")
    assert "By the institution’s own rubric" in page(wang, f"/resources/{course}")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name-en": ""}, "Give the rubric a name"),
        ({"count": "0"}, "1 to 12 criteria"),
        ({"c-0-name-en": ""}, "Criterion 1: give it a name"),
        ({"c-0-name-en": "x" * 81}, "Criterion 1: give it a name"),
        ({"c-0-weight": "0"}, "Criterion 1: the weight"),
        ({"c-0-weight": "-3"}, "Criterion 1: the weight"),
        ({"c-0-weight": "much"}, "Criterion 1: the weight"),
        ({"c-0-meaning-en": "a\nb"}, "Criterion 1: five lines"),
        ({"c-0-name-zh-Hans": "问题"}, "Criterion 1: five lines"),
        ({"source": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_a_wrong_rubric_is_told_and_kept(folk: Callable[[str], FlaskClient], wrong: dict[str, str], said: str) -> None:
    status, shown = send(folk("cora"), "/institutions/zhejiang/rubric/edit", **rubric(1, **wrong))
    assert status == 422 and said in shown and "<title>Error:" in shown


def test_cycles_are_made_and_taken_away(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    cora, place, today = folk("cora"), "/institutions/zhejiang/cycles", evaluating.today().isoformat()
    for wrong, said in (
        ({"name": ""}, "Give the cycle a name"),
        ({"first": "soon"}, "Enter a day such as"),
        ({"last": "2020-01-01"}, "before the first"),
        ({"last": "2099-01-01"}, "three years"),
    ):
        status, shown = send(cora, place, **{"name": "Now", "first": today, "last": today, **wrong})
        assert status == 422 and said in shown
    assert send(cora, place, name="Now", first=today, last=today)[0] == 303
    assert "Another cycle has some of these days" in send(cora, place, name="Again", first=today, last=today)[1]
    with own_site.app_context():
        number = db.session.scalars(select(Cycle.id)).one()
    wrote(folk("wang"), course)
    assert send(folk("gu"), f"/institutions/guanglian/cycles/{number}/delete")[0] == 404
    send(cora, f"{place}/{number}/delete")
    assert "it stays" in page(cora, place) and "Now" in page(own_site.test_client(), place)


def test_a_cycle_is_changed_and_two_who_change_it_lose_nothing(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    cora, place = folk("cora"), "/institutions/zhejiang/cycles"
    today = evaluating.today()
    send(cora, place, name="Now", first=today.isoformat(), last=today.isoformat())
    send(cora, place, name="Later", first="2090-01-01", last="2090-06-30")
    with own_site.app_context():
        number = db.session.scalars(select(Cycle.id).where(Cycle.name == "Now")).one()
    wrote(folk("wang"), course)
    own, first, last = f"{place}/{number}", f"{today.year}-01-01", f"{today.year}-12-31"
    shown = page(cora, own)
    seen = re.findall(r'name="seen" value="([^"]*)"', shown)[0]
    assert "what they wrote stays in it" in shown
    fits = {"name": f"Year {EVIL}", "first": first, "last": last, "seen": seen}
    for wrong, said in (
        ({"name": ""}, "Give the cycle a name"),
        ({"name": "Later"}, "There is a cycle of this name"),
        ({"first": "soon"}, "Enter a day such as"),
        ({"last": "1999-01-01"}, "before the first"),
        ({"first": "2090-02-01", "last": "2090-03-01"}, "Another cycle has some of these days"),
    ):
        status, text = send(cora, own, **{**fits, **wrong})
        assert status == 422 and said in text and f'value="{seen}"' in text
    assert send(cora, own, **fits) == (303, place)
    assert "<script>alert(1)" not in page(cora, place)
    status, text = send(cora, own, **{**fits, "name": "Mine"})
    assert status == 422 and "A colleague has changed it" in text and 'value="Mine"' in text and "Year &lt;script" in text
    seen = html.unescape(re.findall(r'name="seen" value="([^"]*)"', text)[0])
    assert send(cora, own, **{**fits, "name": "Mine", "seen": seen}) == (303, place)
    with own_site.app_context():
        kept = db.session.get_one(Cycle, number)
        assert (kept.name, kept.starts_on.isoformat(), kept.ends_on.isoformat()) == ("Mine", first, last)
        assert db.session.scalars(select(Review.cycle_id)).all() == [number]
        assert db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "cycle.changed")).all() == ["cycle.changed"] * 2
    for who, status in (("wang", 403), ("gu", 403)):
        assert send(folk(who), own, **fits)[0] == status
    assert send(folk("gu"), f"/institutions/guanglian/cycles/{number}", **fits)[0] == 404


def test_who_recommends_it_in_public_is_counted_on_page_and_lists(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    visitor = own_site.test_client()
    send(folk("cora"), f"/resources/{course}/decision", verdict="adopt", reason="", visibility="institution")
    assert "Recommended by" not in page(visitor, f"/resources/{course}")
    send(folk("gu"), f"/resources/{course}/decision", verdict="adopt", reason="", visibility="public")
    with own_site.app_context():
        session, moment = db.session(), now()
        resource = session.scalars(select(Resource.id).where(Resource.public_id == course)).one()
        houses = {house.slug: house for house in session.scalars(select(Institution))}
        for slug in ("guanglian", "zhejiang"):
            about = {"resource_id": resource, "first_id": resource, "institution_id": houses[slug].id}
            session.add(Exemplar(**about, note="", position=1, created_at=moment))
        session.commit()
        title = session.get_one(Resource, resource).title
    assert "Recommended by 2 institutions" in page(visitor, f"/resources/{course}")
    assert "Recommended by 2 institutions" in page(visitor, f"/search?q={title}")
    with own_site.app_context():
        session = db.session()
        session.execute(delete(Exemplar))
        old = session.scalars(select(Decision).where(Decision.visibility == "public")).one()
        later = Cycle(institution_id=None, name="2090", starts_on=date(2090, 1, 1), ends_on=date(2090, 12, 31), created_at=now())
        session.add(later)
        session.flush()
        assert commending.commended(session, [resource]) == {resource: 1}
        about = {"resource_id": resource, "first_id": resource, "institution_id": old.institution_id, "cycle_id": later.id}
        session.add(Decision(**about, verdict="reject", reason="", visibility="public", created_at=now(), updated_at=now()))
        session.flush()
        assert commending.commended(session, [resource]) == {}, "the last word counts"


def test_what_was_said_of_a_withdrawn_resource_is_still_reached(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    wang, visitor = folk("wang"), own_site.test_client()
    wrote(wang, course)
    send(wang, f"/resources/{course}/tags", tags="my word")
    send(wang, f"/resources/{course}/bookmark")
    send(wang, f"/resources/{course}/adoptions/new", course="Trade", term="2026", visibility="public")
    with own_site.app_context():
        resource = db.session.scalars(select(Resource).where(Resource.public_id == course)).one()
        resource.withdrawn_at = now()
        db.session.commit()
    shown = page(wang, f"/resources/{course}", status=410)
    for place in (f"/resources/{course}/reviews", f"/adoptions?resource={course}", f"/bookmarks/{course}"):
        assert f'href="{place}"' in shown and page(wang, place)
    assert "my word" in shown and "Used in 1 course" in shown
    assert "Trade" in page(visitor, f"/adoptions?resource={course}")
    shown = page(visitor, f"/resources/{course}", status=410)
    assert "my word" not in shown and "Your bookmark" not in shown and f"/resources/{course}/reviews" in shown


def test_what_is_reported_is_hidden_and_comes_back(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    wang, gu, mode = folk("wang"), folk("gu"), folk("mode")
    number = wrote(wang, course, comment="Rude words")
    report = {"subject": "review", "id": str(number)}
    assert "Rude words" in page(gu, f"/complaints/new?subject=review&id={number}")
    assert send(gu, "/complaints", **report)[0] == 422 and send(gu, "/complaints", **report, reason="none")[0] == 422
    assert send(gu, "/complaints", subject="person", id="1", reason="spam")[0] == 404
    assert send(gu, "/complaints", **report, reason="abuse", text=EVIL)[0] == 303
    assert send(gu, "/complaints", **report, reason="abuse")[0] == 303 and "reported this already" in page(gu, f"/reviews/{number}")
    assert gu.get("/admin/moderation").status_code == 403, "curators of institutions do not judge what is said of them"
    listed = page(mode, "/admin/moderation")
    assert "Rude words" in listed and "&lt;script&gt;" in listed and "Reported by Gu" in listed
    with own_site.app_context():
        complaint = db.session.scalars(select(Complaint.id)).one()
    assert send(mode, f"/admin/moderation/{complaint}", do="burn")[0] == 400
    assert send(mode, f"/admin/moderation/{complaint}", do="upheld", answer="Be kind")[0] == 303
    assert own_site.test_client().get(f"/reviews/{number}").status_code == 404
    assert "Hidden by a moderator" in page(wang, f"/reviews/{number}") and "Rude words" not in page(gu, f"/resources/{course}")
    with own_site.app_context():
        mail = db.session.scalars(select(Mail)).one()
        assert mail.recipient == "wang@example.org" and "Be kind" in mail.body and f"https://hub.example/reviews/{number}" in mail.body
        assert db.session.scalars(select(Resource.score).where(Resource.public_id == course)).one() is None
    send(mode, f"/admin/moderation/{complaint}", do="upheld")
    assert "settled that meanwhile" in page(mode, "/admin/moderation")
    assert send(mode, f"/admin/moderation/{complaint}", do="restore", answer="All right")[0] == 303
    assert "Rude words" in page(gu, f"/resources/{course}") and "Be kind" not in page(mode, "/admin/moderation?show=decided")


def test_every_subject_can_be_reported_once_seen(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    number = wrote(folk("wang"), course)
    send(folk("mia"), f"/reviews/{number}/reply", text="Thanks", version="0")
    gu = folk("gu")
    with own_site.app_context():
        reply = db.session.scalars(select(Reply.id)).one()
        house = db.session.scalars(select(Institution.id).where(Institution.slug == "zhejiang")).one()
    assert "Thanks" in page(gu, f"/complaints/new?subject=reply&id={reply}")
    assert "Zhejiang Institute" in page(gu, f"/complaints/new?subject=institution&id={house}")
    for subject in ("comment", "shelf", "adoption", "review", "reply", "institution"):
        assert gu.get(f"/complaints/new?subject={subject}&id=424242").status_code == 404
    assert gu.get("/complaints/new").status_code == gu.get("/complaints/new?subject=review&id=x").status_code == 404


def many(app: Flask, course: str, count: int) -> None:
    """Reviews, decisions and complaints of as many institutions."""
    with app.app_context():
        session = db.session()
        resource = session.scalars(select(Resource.id).where(Resource.public_id == course)).one()
        review = session.scalars(select(Review).order_by(Review.id)).first()
        assert review is not None
        criteria = session.scalars(select(Criterion.id).where(Criterion.rubric_id == review.rubric_id)).all()
        there = session.scalar(select(func.count()).select_from(Review)) or 0
        for place in range(there, there + count):
            person = Person(email=f"p{place}@example.org", name=f"P{place}", password_hash="", session_key="", created_at=now())
            house = Institution(slug=f"h{place}", name=f"House {place}", kind="university", created_at=now(), updated_at=now())
            session.add_all([person, house])
            session.flush()
            one = {
                "resource_id": resource,
                "first_id": resource,
                "person_id": person.id,
                "institution_id": house.id,
                "cycle_id": review.cycle_id,
            }
            row = Review(**one, rubric_id=review.rubric_id, score=3.5, comment="So", created_at=now(), updated_at=now())
            session.add_all([row, Decision(**one, verdict="adopt", reason="So", created_at=now(), updated_at=now())])
            session.flush()
            session.add_all(ReviewScore(review_id=row.id, criterion_id=id, value=3) for id in criteria)
            session.add(
                Reply(review_id=row.id, person_id=person.id, institution_id=house.id, text="Yes", created_at=now(), updated_at=now())
            )
            session.add(Complaint(subject="review", subject_id=row.id, person_id=person.id, reason="spam", state="open", created_at=now()))
        session.commit()


def test_queries_do_not_grow_with_what_is_listed(folk: Callable[[str], FlaskClient], course: str, own_site: Flask) -> None:
    wrote(folk("wang"), course)
    gu, mode = folk("gu"), folk("mode")
    places = (
        (gu, f"/resources/{course}"),
        (gu, f"/resources/{course}/reviews"),
        (gu, f"/resources/{course}/decision"),
        (mode, "/admin/moderation"),
    )

    def numbers() -> list[int]:
        found = []
        for client, place in places:
            page(client, place)
            with counted(own_site) as seen:
                page(client, place)
            found.append(len(seen))
        return found

    many(own_site, course, 3)
    few = numbers()
    many(own_site, course, 30)
    assert numbers() == few
    shown = page(gu, f"/resources/{course}/reviews?page=4")
    assert len(re.findall('id="review-', shown)) == 4 and "34 reviews" in shown
