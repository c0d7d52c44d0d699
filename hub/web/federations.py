"""Signing in elsewhere: OpenID Connect."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("federations", __name__)
