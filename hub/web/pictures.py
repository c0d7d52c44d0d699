"""QR codes as SVG in the page: dark on white in every theme, for that is what cameras read."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr(text: str) -> Markup:
    """The code of this text. It is ours from end to end: segno writes paths and numbers, nothing of the text itself."""
    made = segno.make(text, error="m", micro=False)
    return Markup(made.svg_inline(light="#fff", dark="#000", border=4, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704
