"""Two pages become one and two again, whatever happens in between."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Identifier, Offering
from hub.db import db, now
from hub.models import Assignment, AuditEvent, Concept, Curation, Match, Outbox, Resource, ResourceKey, SourceRecord
from hub.models import Offering as KeptOffering
from hub.services import cataloguing, classifying, reading, uniting
from hub.services.auditing import COMMAND_LINE, Actor

MEI = Actor(None, "Mei")


@pytest.fixture
def three(session, make_source, make_record, receive):
    """Three pages, each of a source of its own; the first two are doubles that nothing shows."""
    titles = ("Live commerce in practice", "直播电商实务", "Warehouse robots")
    for n, title in enumerate(titles):
        offering = Offering(identifier=f"run {n}", price=Decimal(n), currency="EUR", start=datetime(2027, 3, 1 + n, tzinfo=UTC))
        isbn = (Identifier(scheme="isbn", value=f"978000000000{n}"),)
        record = make_record(
            "a", title, url=f"https://x.example/{n}", offerings=(offering,), identifiers=isbn, levels=("advanced",) if n else ()
        )
        receive(make_source(f"source{n}"), [record])
    return [session.scalars(select(Resource.id).where(Resource.title == title)).one() for title in titles]


@pytest.fixture
def classifier(session):
    return classifying.load(session)


VALUES = [column.key for column in Resource.__table__.columns if column.key not in ("version", "updated_at", "matched_at")]


def picture(session):
    """Everything that a merge may touch, but versions and times of change."""
    session.expire_all()
    resources = {r.id: {name: getattr(r, name) for name in VALUES} for r in session.scalars(select(Resource))}
    parts = [
        sorted(tuple(row) for row in session.execute(select(model.record_id, model.resource_id))) for model in (KeptOffering, ResourceKey)
    ]
    records = {r.id: (r.resource_id, r.state, r.values) for r in session.scalars(select(SourceRecord))}
    curations = sorted(tuple(row) for row in session.execute(select(Curation.resource_id, Curation.field, Curation.person)))
    topics = sorted(
        tuple(row) for row in session.execute(select(Assignment.resource_id, Assignment.concept_id, Assignment.origin, Assignment.state))
    )
    return resources, parts, records, curations, topics


def owners(session):
    return list(session.scalars(select(SourceRecord.resource_id).order_by(SourceRecord.id)))


def test_records_offerings_and_keys_move_and_the_old_address_redirects(session, three, classifier):
    one, two, _ = three
    session.query(Outbox).delete()
    uniting.unite(session, one, two, classifier=classifier, actor=MEI)
    session.commit()
    kept, ended = session.get_one(Resource, one), session.get_one(Resource, two)
    assert ended.merged_into_id == one and kept.levels == ["advanced"] and kept.title == "直播电商实务"
    assert owners(session)[:2] == [one, one]
    assert set(session.scalars(select(KeptOffering.resource_id).where(KeptOffering.record_id <= 2))) == {one}
    assert set(session.scalars(select(Outbox.resource_id))) == {one, two}
    assert reading.page(session, ended.public_id, language="en") == reading.Moved(kept.public_id, "直播电商实务")
    match = session.scalars(select(Match)).one()
    assert (match.state, match.decided_by, match.kept_id, match.moved) == ("merged", "Mei", one, [2])
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.person, event.subject_id) == ("resources.merged", "Mei", one)


def test_undo_restores_both_exactly_and_the_rule_never_joins_them_again(session, three, classifier):
    one, two, _ = three
    before = picture(session)
    match = uniting.unite(session, one, two, classifier=classifier, actor=MEI)
    session.commit()
    assert uniting.undo(session, match, classifier=classifier, actor=MEI) == two
    session.commit()
    assert picture(session) == before
    with pytest.raises(uniting.CannotUnite, match="different"):
        uniting.unite(session, one, two, classifier=classifier)
    with pytest.raises(uniting.CannotUndo):
        uniting.undo(session, match, classifier=classifier, actor=MEI)
    uniting.unite(session, two, one, classifier=classifier, actor=MEI)  # a person may think otherwise


def test_a_harvest_after_merge_and_undo_changes_nothing(session, three, classifier, make_record, receive):
    one, two, _ = three
    sources = {r.source_id: make_record("a", r.title, body=None) for r in session.scalars(select(SourceRecord))}
    from hub.models import Source

    for verb in ("merge", "undo"):
        if verb == "merge":
            match = uniting.unite(session, one, two, classifier=classifier, actor=MEI)
        else:
            uniting.undo(session, match, classifier=classifier, actor=MEI)
        session.commit()
        before = owners(session)
        for source_id, record in sources.items():
            changes = receive(session.get_one(Source, source_id), [record])
            assert changes.created == 0
        assert owners(session) == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_chains_collapse_and_can_be_undone_in_any_order(session, three, classifier, order):
    one, two, three_ = three
    before = picture(session)
    first = uniting.unite(session, one, two, classifier=classifier, actor=MEI)
    second = uniting.unite(session, three_, one, classifier=classifier, actor=MEI)
    session.commit()
    assert [session.get_one(Resource, id).merged_into_id for id in (one, two)] == [three_, three_]
    for place in order:
        uniting.undo(session, (first, second)[place], classifier=classifier, actor=MEI)
        session.commit()
    assert picture(session) == before


def test_the_rule_respects_what_was_said_of_pages_that_were_taken_in(session, three, classifier):
    one, two, three_ = three
    uniting.differ(session, two, three_, actor=MEI)
    uniting.unite(session, one, two, classifier=classifier)
    session.commit()
    with pytest.raises(uniting.CannotUnite, match="different"):
        uniting.unite(session, one, three_, classifier=classifier)


def curate(session, resource_id, field, value):
    row = Curation(resource_id=resource_id, field=field, value=value, source_value=None, person="Mei", at=now())
    session.add(row)
    session.flush()
    cataloguing.refresh(session, [resource_id], classifier=classifying.load(session), at=now())
    session.commit()
    return row.id


def test_the_kept_page_gets_the_words_of_persons_that_it_lacks_and_gives_them_back(session, three, classifier):
    one, two, three_ = three
    concept = session.scalars(select(Concept.id).limit(1)).one()
    session.add(Assignment(resource_id=two, concept_id=concept, origin="person", confidence=1.0, state="rejected"))
    for id, field in ((one, "title"), (two, "title"), (two, "levels")):
        curate(session, id, field, "x" if field == "title" else ["x"])
    before = picture(session)
    first = uniting.unite(session, one, two, classifier=classifier, actor=MEI)
    second = uniting.unite(session, three_, one, classifier=classifier, actor=MEI)
    session.commit()
    fields = session.execute(select(Curation.resource_id, Curation.field).where(Curation.resource_id == three_))
    assert sorted(tuple(row) for row in fields) == [(three_, "levels"), (three_, "title")]
    said = select(Assignment.origin, Assignment.state).where(Assignment.resource_id == three_, Assignment.concept_id == concept)
    assert session.execute(said).one() == ("person", "rejected")
    uniting.undo(session, first, classifier=classifier, actor=MEI)
    session.commit()
    assert session.scalars(select(Curation.field).where(Curation.resource_id == three_)).all() == ["title"], "the other one's word has gone"
    uniting.undo(session, second, classifier=classifier, actor=MEI)
    session.commit()
    assert picture(session) == before


def test_a_copy_that_was_changed_since_stays(session, three, classifier):
    one, two, _ = three
    curate(session, two, "levels", ["advanced"])
    match = uniting.unite(session, one, two, classifier=classifier, actor=MEI)
    copy = session.scalars(select(Curation).where(Curation.resource_id == one)).one()
    copy.value, copy.at = ["school"], now()
    session.commit()
    uniting.undo(session, match, classifier=classifier, actor=MEI)
    session.commit()
    assert session.execute(select(Curation.value).where(Curation.resource_id == one)).scalar_one() == ["school"]


def test_what_cannot_be_united_says_why(session, three, classifier):
    one, two, three_ = three
    for pair, reason in (((one, one), "same"), ((one, 999), "missing")):
        with pytest.raises(uniting.CannotUnite, match=reason):
            uniting.unite(session, *pair, classifier=classifier, actor=MEI)
    uniting.unite(session, one, two, classifier=classifier, actor=MEI)
    with pytest.raises(uniting.CannotUnite, match="merged"):
        uniting.unite(session, three_, two, classifier=classifier, actor=MEI)
    with pytest.raises(uniting.CannotUnite, match="merged"):
        uniting.differ(session, one, two, actor=MEI)


def test_two_merges_that_cross_leave_one_page(app, session, three):
    one, two, _ = three
    session.commit()
    engine, refused, gate = db.engine, [], threading.Barrier(2)

    def cross(kept, other):
        with Session(engine) as own:
            classifier = classifying.load(own)
            own.rollback()
            gate.wait()
            try:
                uniting.unite(own, kept, other, classifier=classifier, actor=COMMAND_LINE)
                own.commit()
            except uniting.CannotUnite as error:
                refused.append(error.reason)

    threads = [threading.Thread(target=cross, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    into = [session.get_one(Resource, id).merged_into_id for id in (one, two)]
    assert refused == ["merged"] and into in ([None, one], [two, None])
    assert len(set(owners(session)[:2])) == 1


@pytest.mark.parametrize("seed", range(6))
def test_any_merges_undone_in_any_order_leave_no_trace(session, make_source, make_record, receive, classifier, seed):
    chance = random.Random(seed)
    for n, title in enumerate(("Alpha trade", "Beta parcels", "Gamma robots", "Delta shops", "Epsilon law")):
        receive(make_source(f"s{n}"), [make_record("a", title, levels=("advanced",) if n % 2 else ())])
    ids = list(session.scalars(select(Resource.id)))
    for id in ids[::2]:
        field = chance.choice(("title", "levels"))
        curate(session, id, field, str(id) if field == "title" else [str(id)])
    before = picture(session)
    merges: list[int] = []
    for _ in range(4):
        live = session.scalars(select(Resource.id).where(Resource.merged_into_id.is_(None)).order_by(Resource.id)).all()
        merges.append(uniting.unite(session, *chance.sample(live, 2), classifier=classifier, actor=MEI))
        session.commit()
    assert len(set(owners(session))) == 1
    chance.shuffle(merges)
    for match in merges:
        uniting.undo(session, match, classifier=classifier, actor=MEI)
        session.commit()
    assert picture(session) == before
