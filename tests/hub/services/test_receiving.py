"""A page of items comes into the catalogue: once, whole, and so that it can be told again."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import func, select

from harvesters.record import Failure, Identifier, Offering, Raw, Withdrawn
from hub.models import Assignment, Concept, Outbox, Resource, ResourceKey, SourceRecord
from hub.models import Failure as KeptFailure
from hub.models import Offering as KeptOffering


def counts(changes):
    return {name: count for name, count in changes.as_dict().items() if count}


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_a_new_record_becomes_a_resource_with_its_parts(session, make_source, make_record, receive):
    start = datetime(2027, 3, 1, tzinfo=UTC)
    offering = Offering(identifier="run-1", start=start, price=Decimal("49.50"), currency="EUR", pace="instructor")
    record = make_record(
        "a", "Cross-border e-commerce", url="https://x.example/a", offerings=(offering,), languages=("en",), provider="Silk Port"
    )
    assert counts(receive(make_source(), [record])) == {"seen": 1, "created": 1}
    resource = session.scalars(select(Resource)).one()
    assert (resource.title, resource.provider, resource.provider_slug, resource.languages) == (
        "Cross-border e-commerce",
        "Silk Port",
        "silk-port",
        ["en"],
    )
    assert resource.free is False and resource.withdrawn_at is None
    kept = session.scalars(select(SourceRecord)).one()
    assert zlib.decompress(kept.raw) == record.raw.body and kept.resource_id == resource.id and kept.state == "active"
    offered = session.scalars(select(KeptOffering)).one()
    assert (offered.start, offered.price, offered.currency, offered.record_id) == (start, Decimal("49.50"), "EUR", kept.id)
    assert session.scalars(select(Outbox.resource_id)).all() == [resource.id]
    assert "cross-border" in session.scalars(select(Concept.notation).join(Assignment)).all()


def test_receiving_twice_changes_nothing(session, make_source, make_record, receive, make_run):
    source, items = make_source(), [make_record(str(n), f"Course {n}") for n in range(5)]
    receive(source, items)
    before = [(r.id, r.version, r.updated_at) for r in session.scalars(select(Resource).order_by(Resource.id))]
    assert counts(receive(source, items)) == {"seen": 5, "unchanged": 5}
    run = make_run(source)
    receive(source, items, run=run)
    assert counts(receive(source, items, run=run)) == {}, "a page that a run gets twice counts once"
    assert [(r.id, r.version, r.updated_at) for r in session.scalars(select(Resource).order_by(Resource.id))] == before
    assert count(session, Outbox) == 5


def test_a_changed_record_changes_its_resource(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a", "Old title", keywords=("x",))])
    assert counts(receive(source, [make_record("a", "New title")])) == {"seen": 1, "updated": 1}
    resource = session.scalars(select(Resource)).one()
    assert (resource.title, resource.keywords, resource.version) == ("New title", [], 2)


def test_another_payload_with_the_same_values_is_unchanged_but_kept(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a", body=b"<record>  </record>")])
    assert counts(receive(source, [make_record("a", body=b"<record/>")])) == {"seen": 1, "unchanged": 1}
    assert zlib.decompress(session.scalars(select(SourceRecord.raw)).one()) == b"<record/>"
    assert session.scalars(select(Resource.version)).one() == 1


def test_the_last_of_two_records_with_one_identifier_in_a_page_wins(session, make_source, make_record, receive):
    changes = receive(make_source(), [make_record("a", "First"), make_record("b"), make_record("a", "Last")])
    assert counts(changes) == {"seen": 3, "created": 2, "updated": 1}
    assert sorted(session.scalars(select(SourceRecord.title))) == ["Cross-border payments", "Last"]
    assert count(session, Resource) == 2


def test_a_deletion_withdraws_the_resource_and_a_record_that_comes_back_restores_it(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a")])
    gone = Withdrawn(identifier="a", raw=Raw(b"<header status='deleted'/>", "application/xml", "u"))
    assert counts(receive(source, [gone])) == {"seen": 1, "withdrawn": 1}
    resource = session.scalars(select(Resource)).one()
    assert resource.withdrawn_at is not None and resource.title == "Cross-border payments"
    assert counts(receive(source, [gone])) == {"seen": 1, "unchanged": 1}
    assert counts(receive(source, [make_record("a")])) == {"seen": 1, "updated": 1}
    session.refresh(resource)
    assert resource.withdrawn_at is None and count(session, Resource) == 1


def test_a_deletion_of_a_record_that_we_never_had_is_remembered(session, make_source, make_record, receive):
    source = make_source()
    assert counts(receive(source, [Withdrawn(identifier="z")])) == {"seen": 1, "withdrawn": 1}
    assert count(session, Resource) == 0
    assert session.scalars(select(SourceRecord.state)).all() == ["withdrawn"]
    assert counts(receive(source, [make_record("z")])) == {"seen": 1, "created": 1}
    assert count(session, Resource) == 1 and session.scalars(select(SourceRecord.state)).all() == ["active"]


def test_a_failure_is_kept_with_its_bytes_and_spares_the_resource(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a")])
    bad = Failure(identifier="a", reason="has no title", raw=Raw(b"<broken", "application/xml", "u"), advice="Give it one.")
    nameless = Failure(reason="no identifier", raw=Raw(b"?", "application/xml", "u"))
    assert counts(receive(source, [bad, nameless])) == {"seen": 2, "failed": 2}
    assert session.scalars(select(Resource.withdrawn_at)).all() == [None]
    kept = session.scalars(select(KeptFailure).order_by(KeptFailure.id)).all()
    assert [(f.identifier, f.reason, zlib.decompress(f.raw)) for f in kept] == [
        ("a", "has no title", b"<broken"),
        (None, "no identifier", b"?"),
    ]
    record = session.scalars(select(SourceRecord)).one()
    assert (record.state, record.error, record.values["title"]) == ("failed", "has no title", "Cross-border payments")
    assert counts(receive(source, [make_record("a", "Mended")])) == {"seen": 1, "updated": 1}


def test_runs_of_one_course_share_a_resource(session, make_source, make_record, receive):
    source = make_source()
    runs = [make_record(f"course-v1:X+EC1+{term}", "E-commerce law", group="X+EC1") for term in ("2026", "2027")]
    receive(source, runs[:1])
    receive(source, [runs[1], make_record("other", group="X+EC2"), make_record("another", group="X+EC2")])
    assert count(session, Resource) == 2
    assert len(set(session.scalars(select(SourceRecord.resource_id).where(SourceRecord.group == "X+EC1")))) == 1
    receive(source, [Withdrawn(identifier=runs[0].identifier)])
    assert session.scalars(select(Resource.withdrawn_at)).all() == [None, None], "one run is left"


def test_the_same_course_at_two_sources_is_one_resource_with_two_records(session, make_source, make_record, receive):
    one, two = make_source("one", rank=10), make_source("two")
    receive(one, [make_record("1", "Live commerce in practice", url="https://www.x.example/live/", summary="From one", provider="One")])
    receive(two, [make_record("9", "Live commerce in practice (online)", url="http://x.example/live?utm_source=y", levels=("advanced",))])
    resource = session.scalars(select(Resource)).one()
    assert (resource.title, resource.summary, resource.levels) == ("Live commerce in practice", "From one", ["advanced"])
    provenance = resource.provenance
    assert provenance["records"][provenance["fields"]["levels"]][:2] == ["two", "9"]
    assert provenance["records"][provenance["fields"]["title"]][:2] == ["one", "1"]
    receive(one, [Withdrawn(identifier="1")])
    session.refresh(resource)
    assert (resource.title, resource.withdrawn_at) == ("Live commerce in practice (online)", None)


def test_a_shared_address_alone_joins_nothing_when_the_titles_differ(session, make_source, make_record, receive):
    receive(make_source("one"), [make_record("1", "Payment systems", url="https://x.example/")])
    receive(make_source("two"), [make_record("1", "Warehouse robots", url="https://x.example/")])
    assert count(session, Resource) == 2


def test_a_key_that_many_records_share_joins_nothing(session, make_source, make_record, receive):
    isbn = (Identifier(scheme="isbn", value="9781234567897"),)
    receive(make_source("one"), [make_record("1", "E-commerce, chapter 1", identifiers=isbn)])
    receive(
        make_source("two"),
        [make_record("1", "E-commerce, chapter 1", identifiers=isbn), make_record("2", "E-commerce, chapter 2", identifiers=isbn)],
    )
    assert count(session, Resource) == 3 and count(session, ResourceKey) == 3


def test_two_sources_with_the_same_identifiers_do_not_meet(session, make_source, make_record, receive):
    receive(make_source("one"), [make_record("1", "Payments")])
    receive(make_source("two"), [make_record("1", "Warehouses")])
    assert sorted(session.scalars(select(Resource.title))) == ["Payments", "Warehouses"]
    assert len(set(session.scalars(select(Resource.public_id)))) == 2


def test_a_silent_source_gets_its_language_inferred_and_marked(session, make_source, make_record, receive):
    text = "This course explains how small shops sell their goods abroad, which papers they need and how parcels reach the customers."
    receive(
        make_source(),
        [
            make_record("a", "Selling abroad for beginners", summary=text),
            make_record("b", "跨境电商物流与供应链管理", summary="系统讲解海外仓与清关流程。"),
        ],
    )
    english, chinese = session.scalars(select(Resource).order_by(Resource.id))
    assert (english.languages, chinese.languages) == (["en"], ["zh-Hans"])
    assert "languages" in english.provenance["inferred"]


def test_runs_of_one_course_join_what_another_source_has_of_it(session, make_source, make_record, receive):
    known = {"code": "EC1", "institution": "Lingnan"}
    receive(make_source("one"), [make_record("1", "E-commerce law", **known)])
    receive(make_source("two"), [make_record(f"run-{n}", "E-commerce law", group="Lingnan+EC1", **known) for n in (1, 2)])
    assert count(session, Resource) == 1 and count(session, SourceRecord) == 3
