"""A forgotten password."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("passwords", __name__)
