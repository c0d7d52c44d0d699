"""Registers the site with the application: blueprints, languages, forms, safety, error pages."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_wtf import CSRFProtect

from hub.web import (
    accounts,
    additions,
    assets,
    audits,
    chartings,
    compression,
    corrections,
    duplicates,
    errors,
    failures,
    histories,
    home,
    indexes,
    judgements,
    links,
    new_sources,
    pages,
    preferences,
    previews,
    providers,
    reasons,
    records,
    reports,
    resources,
    runs,
    search,
    searches,
    security,
    source_overviews,
    source_settings,
    sources,
    suggestions,
    sweeps,
    templating,
    topics,
    tunings,
    vocabulary,
    workers,
)

BLUEPRINTS = (
    preferences,
    home,
    search,
    resources,
    topics,
    providers,
    sources,
    pages,
    accounts,
    runs,
    reports,
    chartings,
    links,
    records,
    failures,
    workers,
    new_sources,
    source_overviews,
    source_settings,
    previews,
    indexes,
    vocabulary,
    duplicates,
    reasons,
    searches,
    judgements,
    tunings,
    corrections,
    histories,
    additions,
    sweeps,
    suggestions,
    audits,
)
FORM_MOST = 1_000_000  # bytes of a form; nothing here takes files


def register(app: Flask) -> None:
    """Add the site. Functions that run after a request run in the opposite order: compression comes last of all."""
    app.config["MAX_CONTENT_LENGTH"] = FORM_MOST
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = timedelta(minutes=5)
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=14)
    compression.register(app)
    security.register(app)
    assets.register(app)
    preferences.init_babel(app)
    CSRFProtect(app)
    accounts.manager.init_app(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.bp)
    templating.register(app)
    errors.register(app)
