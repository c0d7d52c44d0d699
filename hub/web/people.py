"""Accounts, as admins of the hub see them."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("people", __name__)
