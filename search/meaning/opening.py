"""Which encoder there is."""

from __future__ import annotations

import logging

from search.meaning.e5 import E5Encoder
from search.meaning.encoder import Encoder, MeaningFault

log = logging.getLogger(__name__)

WANTED = ("auto", "on", "off")


def open_encoder(wanted: str = "auto", *, threads: int = 1) -> Encoder | None:
    """The encoder of this machine; None when it is `off`, or `auto` and there is none. The model is loaded at first use.

    Raises MeaningFault when it is wanted (`on`) and cannot be had, ValueError on another word.
    """
    if wanted not in WANTED:
        raise ValueError(f"auto, on or off, not {wanted!r}")
    if wanted == "off":
        return None
    try:
        return E5Encoder(threads=threads)
    except MeaningFault as fault:
        if wanted == "on":
            raise
        log.info("no search by meaning: %s", fault)
        return None
