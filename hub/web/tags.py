"""An institution's words: their pages, and their care."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("tags", __name__)
