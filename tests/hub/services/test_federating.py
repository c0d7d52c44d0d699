"""Signing in at a provider: what an honest one says is believed, and what a hostile one or a thief brings is not."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from hub.services import federating, vouching
from hub.services.federating import Client, Return, Trouble

HERE = "http://hub.example/login/sso/return"


@pytest.fixture
def ours(oidc):
    return federating.Provider(Client(issuer=oidc.issuer, client_id="hub", client_secret="s e:cret"))


def come_back(oidc, ours, **changes):
    """Go there and return, as a browser does; `changes` are what a thief alters on the way back."""
    _, begun = ours.begin(HERE)
    oidc.nonce = begun.nonce
    back = replace(Return(begun.state, "code-1"), **changes)
    return ours.finish(back, begun, HERE)


def kind(oidc, ours, **changes):
    with pytest.raises(Trouble) as raised:
        come_back(oidc, ours, **changes)
    return raised.value.kind


def test_the_way_out_asks_for_a_code_with_state_nonce_and_challenge(oidc, ours):
    address, begun = ours.begin(HERE)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{oidc.issuer}/authorization?")
    assert asked == {
        "response_type": "code",
        "client_id": "hub",
        "redirect_uri": HERE,
        "scope": "openid profile email",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": create_s256_code_challenge(begun.verifier),
        "code_challenge_method": "S256",
    }


def test_an_honest_provider_says_who_it_is(oidc, ours):
    assert come_back(oidc, ours) == vouching.Known(oidc.issuer, "s-1", "ada@example.org", True, "Ada")
    assert oidc.forms[0]["code"] == "code-1" and len(oidc.forms[0]["code_verifier"]) >= 43
    assert "client_secret" not in oidc.forms[0]


def test_discovery_and_keys_are_asked_for_once(oidc, ours):
    come_back(oidc, ours)
    come_back(oidc, ours)
    assert oidc.asked.count("/jwks") == oidc.asked.count("/.well-known/openid-configuration") == 1


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(oidc, ours):
    oidc.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    come_back(oidc, ours)
    assert oidc.forms[0]["client_secret"] == "s e:cret"


def test_a_public_client_says_its_name_alone(oidc):
    come_back(oidc, federating.Provider(Client(issuer=oidc.issuer, client_id="hub")))
    assert oidc.forms[0]["client_id"] == "hub"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "other"},
        {"aud": ["hub", "other"]},
        {"aud": ["hub", "other"], "azp": "other"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": int(time.time()) - 61},
        {"exp": None},
        {"exp": float("nan")},
        {"exp": "tomorrow"},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\0b"},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
def test_a_token_that_is_not_meant_for_this_visit_is_not_believed(oidc, ours, claims):
    oidc.claims = claims
    assert kind(oidc, ours) == "wrong"


@pytest.mark.parametrize("claims", [{"exp": -30}, {"iat": 30}, {"aud": ["hub"]}, {"aud": ["hub", "b"], "azp": "hub"}])
def test_a_clock_may_be_a_minute_wrong_and_more_may_be_addressed(oidc, ours, claims):
    oidc.claims = {name: int(time.time()) + value if isinstance(value, int) else value for name, value in claims.items()}
    assert come_back(oidc, ours).subject == "s-1"


def test_only_signatures_without_a_shared_secret_are_taken(oidc, ours):
    for sign in (oidc.unsigned, oidc.with_the_public_key):
        oidc.sign = sign
        with pytest.raises(Trouble, match="which is not taken") as raised:
            come_back(oidc, ours)
        assert raised.value.kind == "wrong"


def test_a_key_of_somebody_else_signs_nothing(oidc, ours):
    stranger = RSAKey.generate_key(2048, parameters={"kid": oidc.key.kid})
    oidc.key, oidc.shown = stranger, [oidc.key]
    assert kind(oidc, ours) == "wrong"


def test_a_new_key_is_asked_for_once(oidc, ours):
    come_back(oidc, ours)
    oidc.key = RSAKey.generate_key(2048, auto_kid=True)
    oidc.shown = [oidc.key]
    assert come_back(oidc, ours).subject == "s-1"
    assert oidc.asked.count("/jwks") == 2
    oidc.shown = []
    oidc.key = RSAKey.generate_key(2048, auto_kid=True)
    assert kind(oidc, ours) == "wrong"
    assert oidc.asked.count("/jwks") == 3


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"state": "another"}, "stale"),
        ({"state": ""}, "stale"),
        ({"state": "\udc80"}, "stale"),
        ({"code": ""}, "wrong"),
        ({"error": "access_denied"}, "denied"),
        ({"error": "server_error"}, "down"),
        ({"error": "<script>"}, "wrong"),
        ({"issuer": "https://evil.example"}, "wrong"),
    ],
)
def test_what_a_browser_must_not_bring_back(oidc, ours, changes, told):
    assert kind(oidc, ours, **changes) == told
    assert "/token" not in oidc.asked


def test_a_browser_that_was_not_sent_or_was_away_too_long(oidc, ours):
    _, begun = ours.begin(HERE)
    for kept in (None, replace(begun, at=begun.at - 601)):
        with pytest.raises(Trouble) as raised:
            ours.finish(Return(begun.state, "code-1"), kept, HERE)
        assert raised.value.kind == "stale"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token"])
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((500, b"{}"), "down"),
        ((429, b"{}"), "down"),
        ((400, b'{"error": "invalid_grant"}'), "wrong"),
        ((302, b"{}"), "down"),
        ((200, b"<html>"), "down"),
        ((200, b"[1]"), "down"),
        ((200, b"[" * 100_000), "down"),
        ((200, b" " * 600_000), "down"),
        ((200, b"{}"), "wrong"),
    ],
)
def test_a_provider_that_answers_badly(oidc, ours, path, answer, told):
    oidc.answers[path] = answer
    assert kind(oidc, ours) == told


def test_a_provider_that_fails_is_left_alone_for_a_moment(oidc, ours):
    oidc.answers["/.well-known/openid-configuration"] = 500, b"{}"
    for _ in range(3):
        with pytest.raises(Trouble) as raised:
            ours.begin(HERE)
        assert raised.value.kind == "down"
    assert oidc.asked.count("/.well-known/openid-configuration") == 1


def test_a_provider_that_hangs_holds_few(oidc, ours):
    """Those who come while as many as may are waiting are told at once."""
    go_on = threading.Event()
    ours.metadata()
    oidc.wait = go_on
    told, done = [], []

    def keys():
        try:
            done.append(ours.keys(anew=True))
        except Trouble as error:
            told.append(error.kind)

    threads = [threading.Thread(target=keys) for _ in range(federating.ROOM + 3)]
    for thread in threads:
        thread.start()
    for thread in threads[federating.ROOM :]:
        thread.join(0.01)
    while len(told) < 3:
        threads[0].join(0.01)
    go_on.set()
    for thread in threads:
        thread.join()
    assert told == ["down"] * 3 and len(done) == federating.ROOM


def test_the_secret_is_in_no_message(ours):
    assert "s e:cret" not in repr(ours.client)


def test_a_provider_that_is_not_there(ours, oidc):
    nobody = federating.Provider(Client(issuer="http://127.0.0.1:9", client_id="hub"))
    with pytest.raises(Trouble) as raised:
        nobody.begin(HERE)
    assert raised.value.kind == "down"


@pytest.mark.parametrize(
    "metadata", [{"issuer": "https://evil.example"}, {"token_endpoint": "file:///etc/passwd"}, {"authorization_endpoint": 7}]
)
def test_a_provider_that_names_places_that_cannot_be_used(oidc, ours, metadata):
    oidc.metadata = metadata
    with pytest.raises(Trouble) as raised:
        ours.begin(HERE)
    assert raised.value.kind == "wrong"


def test_an_issuer_over_tls_has_all_its_places_there():
    with pytest.raises(Trouble):
        federating.check_endpoint("token_endpoint", "http://id.example/token", "https://id.example")


def test_an_address_that_the_token_does_not_say_is_asked_for(oidc, ours):
    oidc.claims = {"email": None, "email_verified": None, "name": None}
    oidc.userinfo = {"sub": "s-1", "email": "Ada@Example.org", "email_verified": True, "name": "Ada"}
    assert come_back(oidc, ours).email == "ada@example.org"
    oidc.userinfo["sub"] = "another"
    assert come_back(oidc, ours).email == ""


@given(st.text(max_size=300), st.one_of(st.text(max_size=300), st.integers(), st.none()), st.one_of(st.booleans(), st.text(max_size=5)))
def test_whatever_a_provider_says_of_somebody_fits_or_is_left_out(name, email, verified):
    known = vouching.known({"iss": "https://id.example", "sub": "s", "name": name, "email": email, "email_verified": verified})
    assert len(known.name) <= 200 and known.name.isprintable() and len(known.email) <= 254 and known.email == known.email.lower()
    assert known.verified == (bool(known.email) and verified in (True, "true"))


@given(st.binary(max_size=300))
def test_no_bytes_are_a_token(junk):
    with pytest.raises(vouching.BadToken):
        vouching.claims(junk.decode("latin-1"), [], issuer="i", audience="hub", nonce="n", access="")


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=9) | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=9,
    )
)
def test_whatever_stands_among_the_keys_is_left_out(junk):
    assert vouching.keys({"keys": [junk, {"kty": "RSA", "n": junk}, {"kty": "EC", "crv": junk}]}) == []
    assert vouching.keys(json.loads(json.dumps({"keys": junk}))) == []
