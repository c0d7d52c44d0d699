"""What the hub's tests share: an application on a real database (SQLite, and PostgreSQL where there is one) with a real index."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.orm import Session

from config import from_env
from hub.app import create_core
from hub.db import db
from hub.services import migrating, seeding
from hub.web import site
from search.meaning.encoder import Encoder, MeaningFault
from search.meaning.opening import open_encoder
from tests import speed

REQUIRE_ALL = bool(os.environ.get("HUB_TEST_REQUIRE_ALL"))
POSTGRESQL = os.environ.get("HUB_TEST_POSTGRESQL", "")
REDIS = os.environ.get("HUB_TEST_REDIS", "")
ROOT = Path(__file__).parents[1]
speed.compile_once()
speed.hash_cheaply()
gc.freeze()  # what is imported stays: the collector need not walk over it each time


def missing(what: str) -> None:
    """Skip, or fail where nothing may be skipped."""
    if REQUIRE_ALL:
        pytest.fail(f"{what} is required here (HUB_TEST_REQUIRE_ALL)")
    pytest.skip(f"no {what}")


VOCABULARY = ("concept", "concept_label", "concept_text")
fingerprints: dict[str, tuple[object, ...]] = {}  # of the vocabulary, by database


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real responses of real sources, when somebody has put them beside the project."""
    folder = Path(os.environ.get("HUB_SAMPLES", ROOT.parent / "shared" / "samples"))
    if not folder.is_dir():
        pytest.skip(f"no samples at {folder} (HUB_SAMPLES names another folder)")
    return folder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real language model."""
    try:
        made = open_encoder("on")
        assert made and made.query("ready").shape == (made.dimension,)
    except MeaningFault as fault:
        missing(f"language model: {fault}")
    return made


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the vocabulary, to be copied."""
    path = tmp_path_factory.mktemp("template") / "hub.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_url(worker_id: str) -> str:
    """A migrated PostgreSQL database of this test process alone."""
    if not POSTGRESQL:
        missing("PostgreSQL (HUB_TEST_POSTGRESQL)")
    url = POSTGRESQL.replace("postgresql://", "postgresql+psycopg://", 1)
    name = f"hub_test_{worker_id}_{os.getpid()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    own = f"{url.rpartition('/')[0]}/{name}"
    prepare(own)
    engine = create_engine(own)
    with engine.connect() as connection:
        fingerprints[own] = fingerprint(connection)
    engine.dispose()
    return own


def prepare(url: str) -> None:
    """Migrate and load the vocabulary."""
    engine = create_engine(url)
    migrating.upgrade(engine)
    with Session(engine) as session:
        seeding.load_vocabulary(session)
        session.commit()
        if engine.dialect.name == "sqlite":
            session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            session.commit()
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))  # no free pages: a file that may not grow is full
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database with the vocabulary: every test that uses one runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "hub.db")
        return f"sqlite:///{tmp_path / 'hub.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    empty(url)
    return url


def empty(url: str) -> None:
    """Every table but the vocabulary's; that one is loaded anew when a test has changed it."""
    kept = {"alembic_version", *VOCABULARY}
    tables = ", ".join(f'"{table}"' for table in db.metadata.tables if table not in kept)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        right = fingerprint(connection) == fingerprints[url]
        if not right:
            connection.execute(text(f"TRUNCATE {', '.join(VOCABULARY)} RESTART IDENTITY CASCADE"))
    if not right:
        with Session(engine) as session:
            seeding.load_vocabulary(session)
            session.commit()
    engine.dispose()


def fingerprint(connection: Connection) -> tuple[object, ...]:
    """What tells whether the vocabulary is as it was loaded."""
    labels = "SELECT count(*), sum(hashtext(text || language || preferred || by_person)) FROM concept_label"
    concepts = "SELECT count(*), count(broader_id), count(retired_at), sum(hashtext(notation || placed_by_person)) FROM concept"
    return (*connection.execute(text(labels)).one(), *connection.execute(text(concepts)).one())


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Settings of a hub of its own; a second process with these works on the same hub."""
    return {
        "HUB_DATA": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "only-for-tests-0123456789",
        "HUB_HARVEST_ALLOW": "127.0.0.1",
        "HUB_HARVEST_PAUSE": "0",
    }


@pytest.fixture
def app(environment: dict[str, str]) -> Iterator[Flask]:
    """The application without its site, in its context: `client` adds the site."""
    made = create_core({**from_env(environment), "TESTING": True})
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()
    made.extensions["hub"].index.close()


@pytest.fixture
def session(app: Flask) -> Session:
    """A session of the application's database."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor."""
    site.register(app)
    return app.test_client()
