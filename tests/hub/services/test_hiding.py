"""Out of sight, for a reason, through every harvest; and back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.models import AuditEvent, Outbox, Resource
from hub.services import documenting, hiding, summarising
from hub.services.auditing import Actor

ADA = Actor(None, "Ada")


def test_hidden_stays_hidden_until_it_is_restored(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a"), make_record("b", "Other")])
    id = session.scalars(select(Resource.id).order_by(Resource.id)).first()
    assert hiding.hide(session, ADA, [id], " A  double ") == 1
    assert hiding.hide(session, ADA, [id], "again") == 0
    session.commit()
    receive(source, [make_record("a", "Changed at the source")])
    session.expire_all()
    assert session.get(Resource, id).title == "Changed at the source" and session.get(Resource, id).hidden_at is not None
    assert list(documenting.documents(session, [id])) == [] and summarising.summaries(session, [id]) == {}
    assert [(one.title, one.person, one.reason) for one in hiding.hidden(session)] == [("Changed at the source", "Ada", "A double")]
    assert hiding.restore(session, ADA, [id]) == 1
    session.commit()
    assert [document.id for document in documenting.documents(session, [id])] == [id]
    assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all() == ["resource.hidden", "resource.restored"]
    assert session.scalars(select(Outbox.resource_id)).all().count(id) == 4


def test_a_reason_is_asked_for(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a")])
    with pytest.raises(hiding.NoReason):
        hiding.hide(session, ADA, session.scalars(select(Resource.id)).all(), "  ")
