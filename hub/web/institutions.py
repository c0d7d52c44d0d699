"""Institutions: the list, the page of each, new ones."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("institutions", __name__)
