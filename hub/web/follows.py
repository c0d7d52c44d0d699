"""What one wants to hear of."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("follows", __name__)
