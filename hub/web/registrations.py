"""Making an account: by mail, by invitation, by the domain of an institution."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("registrations", __name__)
