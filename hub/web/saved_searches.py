"""Searches that one keeps."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("saved_searches", __name__)
