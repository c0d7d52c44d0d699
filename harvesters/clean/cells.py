"""The cells of a CSV file as their writer meant them."""

from __future__ import annotations

import re

_GUARDED = re.compile("'(?='*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20])")


def unquoted(cell: str) -> str:
    """Without the apostrophe that careful writers put before what a spreadsheet would take for a formula (OWASP, "CSV Injection")."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell
