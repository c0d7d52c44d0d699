"""A shelf to take along: files, print, feed."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("shelf_exports", __name__)
