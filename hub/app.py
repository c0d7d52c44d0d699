"""Joins the parts: binds the database, opens the index, registers jobs and the site. Nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from flask import Flask
from huey.api import Huey

from config import from_env
from harvesters.fetch import Fetcher, Limits
from harvesters.networks import parse_allowed
from hub import jobs
from hub.cli import main as commands
from hub.db import Session, db, now
from hub.services import delivering, federating, harvesting, observing, posting, querying, unlocking
from search.index import Index
from search.meaning.encoder import Encoder, MeaningFault
from search.meaning.opening import open_encoder
from search.opening import open_index

VERSION = version("open-commerce-hub")
LINK_SIZE = 2_000_000  # bytes of a page that the link checker reads
KEYS_SIZE = 500_000  # bytes of a learning platform's public keys
LINK_PAUSE = 2.0  # seconds between two of its requests to one public host


class BadSetting(Exception):
    """A setting cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the outer layers are given: found at `app.extensions["hub"]`."""

    index: Index
    fetching: harvesting.Fetching
    links: jobs.LinkChecks
    huey: Huey
    jobs: jobs.Jobs
    observer: observing.Observer
    add_site: Callable[[], None]  # for who serves what `create_core` made
    warm_site: Callable[[], None]  # what a visitor would wait for is done before
    mail_server: posting.Server | None  # None: mail is kept, and not sent
    provider: federating.Provider | None  # None: no single sign-on
    keyring: unlocking.Keyring
    platforms: unlocking.Open  # what asks a learning platform that registers itself


def create_app(settings: Mapping[str, Any]) -> Flask:
    """The application for these settings (see `config.from_env`), site and all."""
    app = create_core(settings)
    add_site(app)
    return app


def add_site(app: Flask) -> None:
    """Register the site: once, before the first request."""
    from hub.web import site  # a third of all that is imported, which a command or a worker never needs

    site.register(app)


def warm_site(app: Flask, index: Index) -> None:
    """Load what the first search needs, and compile the site's templates: once it is registered."""
    from hub.web import templating

    querying.warm(index)
    templating.warm(app)


def for_commands() -> Flask:
    """What `hub` works with: the settings are the environment's."""
    return create_core(from_env())


def create_core(settings: Mapping[str, Any]) -> Flask:
    """The application without the site: database, index, queue, commands."""
    app = Flask("hub", template_folder="../templates", static_folder="static")
    app.config.from_mapping(settings)
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    index = open_index(app.config["SEARCH_URL"], encoder=encoder_for(app))
    fetching = fetching_for(app)
    huey = jobs.open_queue(app.config["QUEUE_URL"])
    links, mail_server = link_checks_for(app), mail_server_for(app)
    app.extensions["hub"] = Parts(
        index=index,
        fetching=fetching,
        links=links,
        huey=huey,
        jobs=jobs.register(huey, app, fetching, index, links, webhooks_for(app), mail_server),
        observer=observer_for(app),
        add_site=lambda: add_site(app),
        warm_site=lambda: warm_site(app, index),
        mail_server=mail_server,
        provider=provider_for(app),
        keyring=keyring_for(app),
        platforms=platforms_for(app),
    )
    commands.register(app)
    return app


def engine_options(url: str) -> dict[str, Any]:
    """A server database may restart: ask whether a pooled connection still lives before it is used."""
    return {} if url.startswith("sqlite") else {"pool_pre_ping": True}


def observer_for(app: Flask) -> observing.Observer:
    """Counts searches, and keeps the counts over a connection of its own. Tests hand over themselves."""

    def keep(counts: observing.Counts) -> None:
        with app.app_context(), db.engine.connect() as connection:
            connection.detach()  # closed for good after use: nobody waits ten seconds with one that others could have
            with Session(connection) as session:
                observing.keep(session, counts, today=now().date())
                session.commit()

    return observing.Observer(keep, pause=None if app.testing else observing.PAUSE)


def mail_server_for(app: Flask) -> posting.Server | None:
    """Where mail goes; None when no server is set. Raises BadSetting."""
    if not app.config.get("HUB_SMTP_URL"):
        return None
    site = f"{app.config['SITE_NAME']} {app.config['HUB_BASE_URL']}".strip()
    try:
        return posting.parse(app.config["HUB_SMTP_URL"], app.config["HUB_MAIL_FROM"], site=site)
    except posting.BadServer as error:
        raise BadSetting(str(error)) from error


def provider_for(app: Flask) -> federating.Provider | None:
    """Where people sign in elsewhere; it is asked when the first one does."""
    if not app.config.get("HUB_OIDC_ISSUER"):
        return None
    client = federating.Client(
        issuer=app.config["HUB_OIDC_ISSUER"],
        client_id=app.config["HUB_OIDC_CLIENT_ID"],
        client_secret=app.config["HUB_OIDC_CLIENT_SECRET"],
        scopes=app.config["HUB_OIDC_SCOPES"],
    )
    return federating.Provider(client)


def keyring_for(app: Flask) -> unlocking.Keyring:
    """The keys of learning platforms, asked of public hosts and of those that may be harvested: somebody waits for the answer."""
    limits = Limits(connect=3.0, read=5.0, total=8.0, size=KEYS_SIZE, redirects=2, retries=0, waits=0, interval=0.0)
    return unlocking.Keyring(lambda: Fetcher(allow=app.config["HUB_HARVEST_ALLOW"], agent=agent_of(app), limits=limits))


def platforms_for(app: Flask) -> unlocking.Open:
    """How a learning platform that registers itself is asked: as for its keys, but it leads nowhere else, for it is told its token."""
    limits = Limits(connect=3.0, read=10.0, total=15.0, size=KEYS_SIZE, redirects=0, retries=0, waits=0, interval=0.0)
    return lambda: Fetcher(allow=app.config["HUB_HARVEST_ALLOW"], agent=agent_of(app), limits=limits)


def encoder_for(app: Flask) -> Encoder | None:
    """What makes meanings of texts; the model itself is loaded when it is first needed. Raises BadSetting."""
    try:
        return open_encoder(app.config.get("HUB_MEANING", "off"))
    except MeaningFault as fault:
        raise BadSetting(f"HUB_MEANING is on, but {fault}") from fault


def fetching_for(app: Flask) -> harvesting.Fetching:
    """How a run gets its fetcher: the run says when to stop, the settings say the rest. Raises BadSetting."""
    try:
        parse_allowed(app.config["HUB_HARVEST_ALLOW"])
    except ValueError as error:
        raise BadSetting(str(error)) from error
    limits = Limits(interval=app.config["HUB_HARVEST_PAUSE"])

    def make(stopped: harvesting.Stopped) -> Fetcher:
        return Fetcher(allow=app.config["HUB_HARVEST_ALLOW"], agent=agent_of(app), limits=limits, stopped=stopped)

    return make


def agent_of(app: Flask) -> str:
    """How the robot names itself."""
    contact = app.config["HUB_CONTACT"] or app.config["HUB_BASE_URL"] or "no contact configured"
    return f"OpenCommerceHub/{VERSION} (course metadata harvester; {contact})"


def link_checks_for(app: Flask) -> jobs.LinkChecks:
    """How links are checked: by the same fetcher, with less patience and for less of a page."""
    limits = Limits(total=30.0, read=15.0, size=LINK_SIZE, retries=0, waits=0, interval=max(LINK_PAUSE, app.config["HUB_HARVEST_PAUSE"]))

    def make(stopped: harvesting.Stopped) -> Fetcher:
        return Fetcher(allow=app.config["HUB_HARVEST_ALLOW"], agent=agent_of(app), limits=limits, stopped=stopped)

    return jobs.LinkChecks(make, timedelta(days=app.config.get("HUB_LINK_DAYS", 14)), on=app.config.get("HUB_LINK_CHECKS", "on") == "on")


def webhooks_for(app: Flask) -> delivering.Fetching:
    """How webhooks are reached: as harvests are, with less patience, and no redirect is followed."""
    limits = Limits(connect=5.0, read=10.0, total=15.0, size=64_000, redirects=0, retries=0, waits=0, interval=0.0)

    def make(stopped: harvesting.Stopped) -> Fetcher:
        return Fetcher(allow=app.config["HUB_HARVEST_ALLOW"], agent=agent_of(app), limits=limits, stopped=stopped)

    return make
