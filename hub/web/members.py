"""Who belongs to an institution, and who is asked in."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("members", __name__)
