"""Joins the parts: binds the database, opens the index, registers jobs and the site. Nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from flask import Flask
from huey.api import Huey

from harvesters.fetch import Fetcher, Limits
from harvesters.networks import parse_allowed
from hub import jobs
from hub.cli import main as commands
from hub.db import db
from hub.services import harvesting
from hub.web import site
from search.index import Index
from search.opening import open_index

VERSION = version("open-commerce-hub")


class BadSetting(Exception):
    """A setting cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the outer layers are given: found at `app.extensions["hub"]`."""

    index: Index
    fetching: harvesting.Fetching
    huey: Huey
    jobs: jobs.Jobs


def create_app(settings: Mapping[str, Any]) -> Flask:
    """The application for these settings (see `config.from_env`)."""
    app = Flask("hub", template_folder="../templates", static_folder="static")
    app.config.from_mapping(settings)
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    index = open_index(app.config["SEARCH_URL"])
    fetching = fetching_for(app)
    huey = jobs.open_queue(app.config["QUEUE_URL"])
    app.extensions["hub"] = Parts(index=index, fetching=fetching, huey=huey, jobs=jobs.register(huey, app, fetching, index))
    commands.register(app)
    site.register(app)
    return app


def engine_options(url: str) -> dict[str, Any]:
    """A server database may restart: ask whether a pooled connection still lives before it is used."""
    return {} if url.startswith("sqlite") else {"pool_pre_ping": True}


def fetching_for(app: Flask) -> harvesting.Fetching:
    """How a run gets its fetcher: the run says when to stop, the settings say the rest. Raises BadSetting."""
    try:
        parse_allowed(app.config["HUB_HARVEST_ALLOW"])
    except ValueError as error:
        raise BadSetting(str(error)) from error
    contact = app.config["HUB_CONTACT"] or app.config["HUB_BASE_URL"] or "no contact configured"
    agent = f"OpenCommerceHub/{VERSION} (course metadata harvester; {contact})"
    limits = Limits(interval=app.config["HUB_HARVEST_PAUSE"])

    def make(stopped: harvesting.Stopped) -> Fetcher:
        return Fetcher(allow=app.config["HUB_HARVEST_ALLOW"], agent=agent, limits=limits, stopped=stopped)

    return make
