"""What stands on a shelf, and in which order."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("shelf_items", __name__)
