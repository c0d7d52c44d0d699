"""Rubrics and cycles."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("rubrics", __name__)
