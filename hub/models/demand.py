"""What visitors searched, counted: no account, no address, no session, no time finer than a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import db


class Demand(db.Model):  # type: ignore[name-defined]
    """How often words were searched in one month, on pages of one language. Months go as a whole, so that no count gets old."""

    __table_args__ = (UniqueConstraint("words", "language", "month"), Index(None, "month"))

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(200))  # folded, single blanks
    language: Mapped[str] = mapped_column(String(20))  # of the page
    month: Mapped[date] = mapped_column(Date)  # its first day
    last_day: Mapped[date] = mapped_column(Date)
    days: Mapped[int]  # on how many days they came
    times: Mapped[int]
    fruitless: Mapped[int]  # times that nothing was found
    total_ms: Mapped[int] = mapped_column(BigInteger)
    slowest_ms: Mapped[int]
