"""A record goes to a page of its own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.models import Curation, Match, Resource, Source, SourceRecord
from hub.services import classifying, curating, pairing, parting, uniting
from hub.services.auditing import Actor
from hub.services.parting import CannotSplit

MEI = Actor(None, "Mei")


@pytest.fixture
def joined(session, make_source, make_record, receive):
    """One page of two records, joined when the second came."""
    for name in ("one", "two"):
        receive(make_source(name), [make_record("a", "Live commerce in practice", url="https://x.example/live", institution="MIT")])
    return session.scalars(select(Resource.id)).one()


def split(session, record_id):
    found = parting.split(session, record_id, classifier=classifying.load(session), actor=MEI)
    session.commit()
    return found


def owners(session):
    return list(session.scalars(select(SourceRecord.resource_id).order_by(SourceRecord.id)))


def test_a_record_that_joined_on_arrival_gets_a_new_page_and_stays_there(session, joined, make_record, receive):
    own = split(session, 2)
    assert owners(session) == [joined, own] and own != joined
    assert session.get_one(Resource, own).title == "Live commerce in practice"
    match = session.scalars(select(Match)).one()
    assert (match.state, match.decided_by) == ("different", "Mei") and match.score > 0.8
    changed = make_record("a", "Live commerce in practice", url="https://x.example/live", institution="MIT", levels=("advanced",))
    receive(session.scalars(select(Source).where(Source.name == "two")).one(), [changed])
    outcome = pairing.run(session)
    assert owners(session) == [joined, own] and (outcome.merged, outcome.suggested) == (0, 0)


def test_the_record_that_made_the_page_can_leave_it_too(session, joined):
    own = split(session, 1)
    assert owners(session) == [own, joined]
    ids = session.scalars(select(Resource.public_id)).all()
    assert len(set(ids)) == 2


def test_a_merged_record_goes_back_to_its_old_page(session, make_source, make_record, receive):
    receive(make_source("one"), [make_record("a", "Live commerce")])
    receive(make_source("two"), [make_record("a", "直播电商")])
    one, two = session.scalars(select(Resource.id).order_by(Resource.id))
    uniting.unite(session, one, two, classifier=classifying.load(session), actor=MEI)
    session.commit()
    assert split(session, 2) == two
    session.expire_all()
    assert session.get_one(Resource, two).merged_into_id is None and owners(session) == [one, two]
    assert session.scalars(select(Match.state)).all() == ["different"]


def test_what_people_said_of_a_page_goes_back_with_it(session, make_source, make_record, receive):
    receive(make_source("one"), [make_record("a", "Live commerce")])
    receive(make_source("two"), [make_record("a", "直播电商")])
    one, two = session.scalars(select(Resource.id).order_by(Resource.id))
    curating.change(session, MEI, {two: {"summary": "Sell by video."}})
    uniting.unite(session, one, two, classifier=classifying.load(session), actor=MEI)
    session.commit()
    assert session.get_one(Resource, one).summary == "Sell by video."
    split(session, 2)
    session.expire_all()
    assert session.get_one(Resource, two).summary == "Sell by video." and session.get_one(Resource, one).summary is None
    assert session.scalars(select(Curation.resource_id)).all() == [two]


def test_a_split_ends_the_merge_also_where_its_page_was_merged_on(session, make_source, make_record, receive):
    for name in ("one", "two", "three"):
        receive(make_source(name), [make_record("a", f"Course {name}")])
    one, two, three = session.scalars(select(Resource.id).order_by(Resource.id))
    classifier = classifying.load(session)
    uniting.unite(session, two, three, classifier=classifier, actor=MEI)
    match = uniting.unite(session, one, two, classifier=classifier, actor=MEI)
    session.commit()
    assert split(session, 3) == three
    uniting.unite(session, one, three, classifier=classifier, actor=MEI)
    uniting.undo(session, match, classifier=classifier, actor=MEI)
    session.commit()
    session.expire_all()
    assert owners(session) == [one, two, one] and session.get_one(Resource, three).merged_into_id == one


def test_what_cannot_be_split_says_why(session, joined):
    split(session, 2)
    for record, reason in ((1, "only"), (99, "missing")):
        with pytest.raises(CannotSplit, match=reason):
            split(session, record)
