"""Tags put on resources, one or many."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("taggings", __name__)
