"""Which sources are harvested."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from hub.db import now
from hub.services import sourcing


def test_what_is_fed_here_set_up_or_retired_is_not_harvested(session: Session, make_source: Any) -> None:
    make_source("open")
    make_source("ours", kind="by-hand", url="")
    make_source("sent", kind="pushed", url="")
    make_source("begun", draft=True)
    make_source("over", retired_at=now())
    assert [source.name for source in sourcing.harvested(session)] == ["open"]
