# ruff: noqa: E501, SIM905  (tables of words and forms read better in long lines)
"""Prices as sources write them -> an amount and an ISO 4217 currency."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

_FREE = {
    "free",
    "free of charge",
    "free!",
    "gratis",
    "kostenlos",
    "kostenfrei",
    "gratuit",
    "gratuito",
    "no cost",
    "免费",
    "免費",
    "免费课",
    "无料",
    "無料",
    "0元",
    "бесплатно",
}
_SYMBOLS = (("hk$", "HKD"), ("nt$", "TWD"), ("us$", "USD"), ("au$", "AUD"), ("ca$", "CAD"), ("nz$", "NZD"), ("a$", "AUD"), ("c$", "CAD"), ("s$", "SGD"), ("r$", "BRL"), ("jp¥", "JPY"),
            ("cn¥", "CNY"), ("人民币", "CNY"), ("rmb", "CNY"), ("港元", "HKD"), ("港币", "HKD"), ("美元", "USD"), ("欧元", "EUR"), ("日元", "JPY"), ("英镑", "GBP"), ("新台币", "TWD"), ("円", "JPY"), ("元", "CNY"),
            ("¥", "CNY"), ("€", "EUR"), ("£", "GBP"), ("₹", "INR"), ("₩", "KRW"), ("₽", "RUB"), ("₺", "TRY"), ("฿", "THB"), ("₫", "VND"), ("$", "USD"))  # fmt: skip
# Active codes of ISO 4217 (list one), funds and metals left out.
_CODES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES "
    "VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG".split()
)
_FREE_BUT = re.compile(r"free\s*[-–—,;:(+/]|free\s+(?:with|to audit|to enrol|audit)")  # "FREE-Add a Verified Certificate for $49 USD"
_NUMBER = re.compile(r"(?<![\d.,-])(\d{1,3}(?:([.,' ])\d{3})(?:\2\d{3}){0,3}(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?)(?![\d])")
_MOST = Decimal(10_000_000)


class Money(NamedTuple):
    """An amount; 0 is free. The currency is None where the source gives none."""

    amount: Decimal
    currency: str | None = None


def currency(value: object) -> str | None:
    """An ISO 4217 code: "usd", "RMB", "¥"."""
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFKC", value).strip().lower()
    if text.upper() in _CODES:
        return text.upper()
    return next((code for sign, code in _SYMBOLS if text == sign), None)


def money(value: object, unit: object = None) -> Money | None:
    """An amount in `unit`, or in the currency that the text names; two different amounts in one text are no price."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float, Decimal)):
        return _money(str(value), currency(unit))
    return _text(value, unit) if isinstance(value, str) and len(value) <= 200 else None


def _text(value: str, unit: object) -> Money | None:
    text = " ".join(unicodedata.normalize("NFKC", value).lower().split()).strip(" .。")
    if text in _FREE or _FREE_BUT.match(text):
        return Money(Decimal(0), currency(unit))
    if re.match(r"-\s*\d|[^\d]{1,3}-\s*\d", text):
        return None
    amounts = {_plain(found[1]) for found in _NUMBER.finditer(text)}
    return _money(amounts.pop(), _named(text) or currency(unit)) if len(amounts) == 1 else None


def _named(text: str) -> str | None:
    for word in re.findall(r"(?<![a-z])[a-z]{3}(?![a-z])", text):
        if word.upper() in _CODES:
            return str(word.upper())
    return next((code for sign, code in _SYMBOLS if sign in text), None)


def _plain(number: str) -> str:
    """ "1.299,00", "1,299.00" and "1 299" are one amount: the last mark with one or two digits behind it is the decimal one."""
    tail = re.search(r"[.,](\d{1,2})$", number)
    whole, cents = (number[: tail.start()], tail[1]) if tail else (number, "")
    return re.sub(r"[.,' ]", "", whole) + (f".{cents}" if cents else "")


def _money(number: str, code: str | None) -> Money | None:
    try:
        amount = Decimal(number)
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount <= _MOST:
        return None
    return Money(amount.quantize(Decimal("0.01")), code)
