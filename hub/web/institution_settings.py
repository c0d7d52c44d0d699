"""An institution's settings, names, domains and picture."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("institution_settings", __name__)
