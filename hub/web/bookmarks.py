"""What one keeps, with notes and status."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("bookmarks", __name__)
