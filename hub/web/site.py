"""Registers the site with the application: blueprints, languages, forms, safety, error pages."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_wtf import CSRFProtect

from hub.web import (
    accounts,
    additions,
    adoptions,
    assets,
    audits,
    bookmarks,
    chartings,
    compression,
    corrections,
    decisions,
    devices,
    dismissals,
    duplicates,
    entrances,
    errors,
    evaluations,
    exemplars,
    failures,
    federations,
    feeds,
    follows,
    histories,
    home,
    indexes,
    institution_settings,
    institutions,
    invitations,
    judgements,
    links,
    members,
    moderations,
    new_sources,
    pages,
    partnerships,
    passwords,
    paths,
    people,
    preferences,
    previews,
    profiles,
    providers,
    reasons,
    records,
    registrations,
    reports,
    resources,
    rubrics,
    runs,
    saved_searches,
    search,
    searches,
    seats,
    second_factors,
    security,
    shelf_comments,
    shelf_exports,
    shelf_items,
    shelves,
    source_overviews,
    source_settings,
    sources,
    sprinkles,
    suggestions,
    sweeps,
    taggings,
    tags,
    templating,
    topics,
    tunings,
    verifications,
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
    sprinkles,
    suggestions,
    audits,
    registrations,
    passwords,
    profiles,
    devices,
    dismissals,
    second_factors,
    federations,
    people,
    institutions,
    institution_settings,
    verifications,
    seats,
    invitations,
    members,
    partnerships,
    exemplars,
    bookmarks,
    paths,
    saved_searches,
    follows,
    feeds,
    adoptions,
    tags,
    taggings,
    shelves,
    shelf_items,
    shelf_comments,
    shelf_exports,
    evaluations,
    rubrics,
    decisions,
    moderations,
)
FORM_MOST = 1_000_000  # bytes of a form; nothing here takes files


def register(app: Flask) -> None:
    """Add the site. Functions that run after a request run in the opposite order: compression comes last of all."""
    app.config["MAX_CONTENT_LENGTH"] = FORM_MOST
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = timedelta(minutes=5)
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=30)
    compression.register(app)
    security.register(app)
    assets.register(app)
    preferences.init_babel(app)
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False  # a page that is only looked at sets no cookie
    CSRFProtect(app)
    entrances.manager.init_app(app)
    app.before_request(entrances.go_on)
    for module in BLUEPRINTS:
        app.register_blueprint(module.bp)
    templating.register(app)
    errors.register(app)
