"""Who uses a resource in which course."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("adoptions", __name__)
