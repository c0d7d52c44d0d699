"""Names in addresses: public ids that stay, slugs that read well."""

from __future__ import annotations

import hashlib
import re
import unicodedata

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter is taken for a digit
LENGTH = 10  # 50 bits: among a million resources a collision has odds of one in two thousand, and is then resolved by `attempt`


def public_id(source: str, identifier: str, attempt: int = 0) -> str:
    """A resource's id in addresses, from the first record that made it; `attempt` gives another one when it is taken.

    The same source harvested into a new database gives the same ids, so that links and bookmarks outlive a reinstallation.
    """
    digest = hashlib.sha256(f"{source}\0{identifier}\0{attempt}".encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest[:8], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))


def slug(text: str, *, length: int = 80) -> str:
    """Words for an address: lower case letters and digits of any script, joined by hyphens; empty when there are none."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "-".join(re.findall(r"\w+", folded.replace("_", " ").lower()))[:length].strip("-")
