"""What is said of a shelf."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("shelf_comments", __name__)
