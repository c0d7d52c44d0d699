"""Which addresses are asked. Nothing is sent anywhere: the lookup and the connection are functions of the test that record and fail."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.addresses import parse_url, show
from harvesters.errors import FetchError, HarvestError, RefusedAddress
from harvesters.fetch import Fetcher, Limits
from harvesters.networks import parse_allowed, why_refused
from harvesters.protocol import Request


class Wire:
    """Resolves as told, and records each attempt to connect instead of making it."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.dialled, self.resolved = addresses, [], []

    def resolve(self, host, port):
        self.resolved.append(host)
        return self.addresses

    def connect(self, address, port, timeout):
        self.dialled.append((address, port))
        raise ConnectionRefusedError("nothing is sent in this test")

    def ask(self, url, *allow):
        limits = Limits(retries=0, interval=0)
        with Fetcher(allow=allow, agent="Test/1", limits=limits, resolve=self.resolve, connect=self.connect) as fetcher:
            fetcher(Request(url=url))


REFUSED = [
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "127.0.0.1",
    "127.255.0.3",
    "0.0.0.0",
    "0.1.2.3",
    "169.254.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001:2::1",
    "2001:470::5efe:7f00:1",
    "100::1",
    "4000::1",
    "5f00::1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_is_refused_before_anything_is_sent(address):
    literal, named = Wire(), Wire("93.184.215.14", address)
    with pytest.raises(RefusedAddress) as caught:
        literal.ask(f"http://[{address}]/" if ":" in address else f"http://{address}:8080/x")
    assert "HUB_HARVEST_ALLOW" in caught.value.advice
    with pytest.raises(RefusedAddress, match=r"courses\.example leads to") as caught:
        named.ask("https://courses.example/x")  # one bad address among good ones is enough
    assert str(ip_address(address)) in str(caught.value)
    assert literal.dialled == named.dialled == []
    assert literal.resolved == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0x7f.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "127.0.0.01",
        "0X7F.0.0.1",
        "1.2.3.4.5",
        "999.1.1.1",
        "127.0.0.1.",
        "①②⑦.⓪.⓪.①",
        "１２７.0.0.1",
        "127。0。0。1",
        "2852039166",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]",
        "[fe80::1%25eth0]",
        "134744072",
        "3.256",
    ],
)
def test_spellings_of_numbers_are_refused(host):
    wire = Wire()
    with pytest.raises(RefusedAddress):
        wire.ask(f"http://{host}/")
    assert wire.dialled == wire.resolved == []


@pytest.mark.parametrize("url", ["ftp://example.org/a", "file:///etc/passwd", "gopher://example.org:70/", "ldap://example.org", "data://x"])
def test_only_http_is_asked(url):
    with pytest.raises(RefusedAddress, match="only http and https"):
        Wire().ask(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "example.org/oai",
        "//example.org",
        "http://",
        "http:///x",
        "http://user@/",
        "http://a b.org/",
        "http://exa\tmple.org/",
        "javascript:alert(1)",
        "http://example.org:port/",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://[::1/",
        "http://[zz]/",
        "http://a..b/",
        "http://.x/",
        "http://" + "a" * 64 + ".org/",
        "http://example.org\\@127.0.0.1/",
        "http://exa\x00mple.org/",
        "http://example.org/\r\nHost: x",
        "http://%31%32%37.0.0.1/",
        "http://-\u202e.org/",
        "http://x/" + "a" * 9000,
        "mailto:a@b.c",
    ],
)
def test_what_is_no_address_is_said_so(url):
    wire = Wire()
    with pytest.raises(FetchError, match="is not an address") as caught:
        wire.ask(url)
    assert caught.value.advice
    assert wire.dialled == []


def test_the_connection_goes_to_the_address_that_was_checked():
    wire = Wire("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    with pytest.raises(FetchError, match="refuses the connection"):
        wire.ask("https://Bücher.example./a")
    assert wire.resolved == ["xn--bcher-kva.example"]
    assert wire.dialled == [("93.184.215.14", 443), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", 443)]


def test_a_host_with_no_address_is_unknown():
    with pytest.raises(FetchError, match=r"there is no host with the name nowhere\.example"):
        Wire().ask("http://nowhere.example/")


ALLOWED = [
    ("127.0.0.1:8765", "http://127.0.0.1:8765/", "127.0.0.1", True),
    ("127.0.0.1:8765", "http://127.0.0.1:8766/", "127.0.0.1", False),
    ("127.0.0.1:8765", "http://127.0.0.2:8765/", "127.0.0.2", False),
    ("127.0.0.1", "http://127.0.0.1:99/", "127.0.0.1", True),
    ("127.0.0.1:80", "http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1", False),
    ("[::1]:80", "http://[::1]/", "::1", True),
    ("[::1]:80", "http://[::1]:81/", "::1", False),
    ("::1", "http://[0:0::1]:81/", "::1", True),
    ("moodle.intern", "http://Moodle.intern:8080/", "10.1.2.3", True),
    ("moodle.intern:8080", "http://moodle.intern/", "10.1.2.3", False),
    ("moodle.intern", "http://a.moodle.intern/", "10.1.2.3", False),
    ("10.0.0.0/8", "http://moodle.intern/", "10.1.2.3", True),
    ("10.0.0.0/8:8080", "http://moodle.intern:8080/", "10.1.2.3", True),
    ("10.0.0.0/8:8080", "http://moodle.intern/", "10.1.2.3", False),
    ("10.0.0.0/8", "http://moodle.intern/", "192.168.0.1", False),
    ("fd00::/8", "http://moodle.intern/", "fd12::1", True),
    ("[fd00::/8]:80", "http://moodle.intern/", "fd12::1", True),
    ("[fd00::/8]:81", "http://moodle.intern/", "fd12::1", False),
    ("64:ff9b::/96", "http://courses.example/", "64:ff9b::808:808", True),
    ("64:ff9b::/96", "http://courses.example/", "64:ff9b::7f00:1", False),
    ("a.example, 127.0.0.1:1", "http://127.0.0.1:1/", "127.0.0.1", True),
]


@pytest.mark.parametrize(("entry", "url", "address", "allowed"), ALLOWED)
def test_the_operator_opens_what_is_named_and_nothing_else(entry, url, address, allowed):
    wire = Wire(address)
    with pytest.raises(FetchError) as caught:
        wire.ask(url, *entry.split(", "))
    assert isinstance(caught.value, RefusedAddress) is not allowed
    assert len(wire.dialled) == allowed


@pytest.mark.parametrize(
    "entry",
    [
        "*",
        "http://127.0.0.1",
        "127.0.0.1:http",
        "127.0.0.1:0",
        "127.0.0.1:70000",
        "10.0.0.0/33",
        "10.1.2.3/8",
        "[::1",
        "[::1]80",
        "127.1",
        "a b",
        ":80",
        "a::b::c",
    ],
)
def test_a_bad_entry_is_named(entry):
    with pytest.raises(ValueError, match="HUB_HARVEST_ALLOW") as caught:
        Fetcher(allow=[entry], agent="Test/1")
    assert entry in str(caught.value)


def test_a_whole_setting_may_be_given_as_one_text():
    assert parse_allowed("127.0.0.1:80, 10.0.0.0/8 ,, moodle.intern") == parse_allowed(["127.0.0.1:80", "10.0.0.0/8", "moodle.intern", " "])


@given(st.integers(0, 2**32 - 1) | st.integers(0, 2**128 - 1))
@settings(max_examples=100, deadline=None)
def test_what_is_not_global_is_never_public(number):
    """Ours is at least as strict as the standard library's list."""
    for address in (IPv4Address(number % 2**32), IPv6Address(number)):
        if not address.is_global or address.is_multicast or address.is_reserved:
            assert why_refused(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001:800::200e", "172.32.0.1", "100.128.0.1"]
)
def test_public_addresses_are_public(address):
    assert why_refused(ip_address(address)) is None


@given(st.text(max_size=80) | st.from_regex(r"https?://[a-z0-9.:@\[\]%]{0,30}/.{0,20}", fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_any_text_is_an_address_or_an_error(text):
    try:
        target = parse_url(text)
    except HarvestError as error:
        assert str(error)
    else:
        assert target.url.isascii() and target.host and not any(character.isspace() for character in target.url)
        assert parse_url(target.url).origin == target.origin


@given(st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_shown_on_one_line(text):
    assert len(show(text)) <= 300
    assert "\n" not in show(text)


def test_shown_addresses_keep_their_secrets():
    assert show("https://u:p@h.org/a?token=x&resumptionToken=abc&X-Auth=1") == "https://h.org/a?token=...&resumptionToken=abc&X-Auth=..."
    assert show("https://h.org/a@b?q=u:p@c") == "https://h.org/a@b?q=u:p@c"
