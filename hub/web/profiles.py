"""One's own account: name, address, password, language, export, end."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("profiles", __name__)
