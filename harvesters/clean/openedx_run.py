"""One run of a course, as Open edX and its relatives write it -> an offering."""

from __future__ import annotations

from decimal import Decimal

from harvesters.clean import dates, money, url
from harvesters.clean.values import Object, objects
from harvesters.record import Offering


def offering(run: Object, identifier: str | None, address: str | None) -> Offering:
    price, code = _price(run)
    pacing = str(run.get("pacing") or run.get("pacing_type") or "").lower()
    self_paced = run.get("is_self_paced")
    pace = (
        "self"
        if pacing.startswith("self") or self_paced is True
        else "instructor"
        if pacing.startswith("instructor") or self_paced is False
        else None
    )
    seats = {str(seat.get("type") or seat.get("mode_slug")) for name in ("seats", "enrollment_modes") for seat in objects(run.get(name))}
    return Offering(
        identifier=identifier,
        url=url.absolute(run.get("marketing_url") or run.get("courseware_url")) or address,
        # The platform's own default of 2030, where nobody has said when it starts.
        start=None if run.get("start_type") == "empty" else dates.moment(run.get("start") or run.get("start_date")),
        end=dates.moment(run.get("end") or run.get("end_date")),
        enrolment_start=dates.moment(run.get("enrollment_start")),
        enrolment_end=dates.moment(run.get("enrollment_end")),
        pace=pace,
        mode="online",
        price=price,
        currency=code,
        certificate=True
        if seats & {"verified", "professional", "credit", "no-id-professional", "honor"}
        else False
        if seats == {"audit"}
        else None,
    )


def _price(run: Object) -> tuple[Decimal | None, str | None]:
    """The least that taking part costs: an audit seat is free."""
    offers = [money.money(seat.get("price"), seat.get("currency")) for seat in objects(run.get("seats"))]
    if not offers and any(mode.get("mode_slug") == "audit" for mode in objects(run.get("enrollment_modes"))):
        return Decimal(0), None
    if not offers:
        offers = [money.money(product.get("price"), "USD") for product in objects(run.get("products"))] or [
            money.money(run.get("current_price"), "USD")
        ]
    known = [offer for offer in offers if offer is not None]
    return min(known, key=lambda offer: offer.amount) if known else (None, None)
