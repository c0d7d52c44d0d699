"""Settings come from the environment, and docs/settings.md tells of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import SettingsError, from_env

ROOT = Path(__file__).parents[1]


def test_the_documentation_names_every_variable_that_is_read_and_no_other():
    documented = {
        name
        for line in (ROOT / "docs/settings.md").read_text("utf-8").splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([A-Z_]{4,})`", line.split("|")[1])
    }
    config = set(re.findall(r'environ(?:\.get\(|, )"([A-Z_]+)"', (ROOT / "config.py").read_text("utf-8")))
    commands = {name for path in (ROOT / "hub/cli").glob("*.py") for name in re.findall(r'envvar="([A-Z_]+)"', path.read_text("utf-8"))}
    assert config, "the pattern must find something"
    assert documented == config | commands


def test_nobody_else_reads_the_environment():
    readers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("hub", "harvesters", "search")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"os\.environ|getenv", path.read_text("utf-8"))
    ]
    assert set(readers) <= {"hub/cli/serving.py"}, "which hands the demo's address on to its children"


def test_defaults_live_under_the_data_folder(tmp_path):
    settings = from_env({"HUB_DATA": str(tmp_path)})
    assert settings["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/hub.db"
    assert settings["SEARCH_URL"] == f"whoosh:{tmp_path}/index" and settings["QUEUE_URL"] == f"sqlite:{tmp_path}/queue.db"
    assert settings["SECRET_KEY"] is None and settings["SITE_NAME_ZH"] == "开放商课"


def test_meaning_is_automatic_unless_it_is_said():
    assert from_env({})["HUB_MEANING"] == "auto" and from_env({"HUB_MEANING": " Off "})["HUB_MEANING"] == "off"


def test_the_secret_is_the_variable_or_the_file(tmp_path):
    (tmp_path / "secret-key").write_text("from-the-file\n")
    assert from_env({"HUB_DATA": str(tmp_path)})["SECRET_KEY"] == "from-the-file"
    assert from_env({"HUB_DATA": str(tmp_path), "SECRET_KEY": "x" * 40})["SECRET_KEY"] == "x" * 40


def test_a_plain_postgresql_address_gets_our_driver():
    assert from_env({"DATABASE_URL": "postgres://u@h/n"})["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u@h/n"


@pytest.mark.parametrize(
    "environ",
    [
        {"SECRET_KEY": "changeme"},
        {"SECRET_KEY": ""},
        {"DATABASE_URL": "hub.db"},
        {"DATABASE_URL": "mysql://u@h/n"},
        {"HUB_BASE_URL": "hub.example"},
        {"HUB_HARVEST_PAUSE": "slow"},
        {"HUB_HARVEST_PAUSE": "-1"},
        {"HUB_TRUSTED_PROXIES": "many"},
        {"HUB_SECURE": "perhaps"},
        {"HUB_MEANING": "maybe"},
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(environ, tmp_path):
    with pytest.raises(SettingsError, match=next(iter(environ))):
        from_env({"HUB_DATA": str(tmp_path), **environ})


OIDC = {"HUB_OIDC_ISSUER": "https://id.example/realms/main", "HUB_OIDC_CLIENT_ID": "hub"}


def test_a_provider_is_named_in_both_languages_and_always_asked_for_an_identity(tmp_path):
    found = from_env({**OIDC, "HUB_DATA": str(tmp_path), "HUB_OIDC_NAME": "Uni", "HUB_OIDC_SCOPES": "email,openid"})
    assert (found["HUB_OIDC_NAME"], found["HUB_OIDC_NAME_ZH"], found["HUB_OIDC_SCOPES"]) == ("Uni", "Uni", "openid email")
    assert from_env({"HUB_DATA": str(tmp_path)})["HUB_OIDC_ISSUER"] == ""


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "http://localhost:80@evil.example",
        "id.example",
        "https://" + "x" * 300,
    ],
)
def test_a_secret_never_travels_in_the_clear(issuer, tmp_path):
    with pytest.raises(SettingsError, match="HUB_OIDC_ISSUER"):
        from_env({**OIDC, "HUB_DATA": str(tmp_path), "HUB_OIDC_ISSUER": issuer})


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8080/realms/main", "http://localhost", "http://[::1]:1/x", "https://id.example"])
def test_a_provider_on_this_machine_or_over_tls(issuer, tmp_path):
    assert from_env({**OIDC, "HUB_DATA": str(tmp_path), "HUB_OIDC_ISSUER": issuer})["HUB_OIDC_ISSUER"] == issuer


def test_a_provider_needs_to_know_us(tmp_path):
    with pytest.raises(SettingsError, match="HUB_OIDC_CLIENT_ID"):
        from_env({"HUB_DATA": str(tmp_path), "HUB_OIDC_ISSUER": "https://id.example"})
