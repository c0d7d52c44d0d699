"""Which IP addresses we ask: public ones, and those that the operator names (HUB_HARVEST_ALLOW). Sources: IANA's special-purpose
registries (RFC 6890), and the addresses at which clouds keep their metadata."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from harvesters.addresses import read_host
from harvesters.errors import HarvestError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PRIVATE, _LOOPBACK, _LINK, _MULTICAST = "a private address", "a loopback address", "a link-local address", "a multicast address"
_RESERVED, _DOCUMENTATION, _EMBEDDED = "a reserved address", "an address for documentation", "an IPv4 address inside an IPv6 one"
_METADATA = "an address at which a cloud keeps its secrets"
_REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), why)
    for network, why in (
        ("168.63.129.16/32", _METADATA),
        ("169.254.169.254/32", _METADATA),
        ("100.100.100.200/32", _METADATA),
        ("fd00:ec2::254/128", _METADATA),
        ("0.0.0.0/8", _RESERVED),
        ("10.0.0.0/8", _PRIVATE),
        ("100.64.0.0/10", "a shared (carrier) address"),
        ("127.0.0.0/8", _LOOPBACK),
        ("169.254.0.0/16", _LINK),
        ("172.16.0.0/12", _PRIVATE),
        ("192.0.0.0/24", _RESERVED),
        ("192.0.2.0/24", _DOCUMENTATION),
        ("192.88.99.0/24", _RESERVED),
        ("192.168.0.0/16", _PRIVATE),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", _DOCUMENTATION),
        ("203.0.113.0/24", _DOCUMENTATION),
        ("224.0.0.0/4", _MULTICAST),
        ("240.0.0.0/4", _RESERVED),
        ("::1/128", _LOOPBACK),
        ("::/128", _RESERVED),
        ("::/96", _EMBEDDED),
        ("::ffff:0:0/96", _EMBEDDED),
        ("::ffff:0:0:0/96", _EMBEDDED),
        ("64:ff9b::/96", _EMBEDDED),
        ("64:ff9b:1::/48", _EMBEDDED),
        ("2001::/32", _EMBEDDED),
        ("2002::/16", _EMBEDDED),
        ("2001::/23", _RESERVED),
        ("2001:db8::/32", _DOCUMENTATION),
        ("3fff::/20", _DOCUMENTATION),
        ("fc00::/7", _PRIVATE),
        ("fe80::/10", _LINK),
        ("fec0::/10", _PRIVATE),
        ("ff00::/8", _MULTICAST),
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")  # the only part of IPv6 that is given out
_ISATAP = (0x00005EFE, 0x02005EFE)


def why_refused(address: Address) -> str | None:
    """In words, what kind of address that we never ask this is; None for a public one."""
    for network, why in _REFUSED:
        if address.version == network.version and address in network:
            return why
    if isinstance(address, IPv6Address):
        if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
            return _EMBEDDED
        return None if address in _PUBLIC_V6 else _RESERVED
    return None if address.is_global else _RESERVED


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that this IPv6 address leads to."""
    if isinstance(address, IPv4Address) or why_refused(address) != _EMBEDDED:
        return None
    if address.teredo:
        return address.teredo[1]
    return address.sixtofour or IPv4Address(int(address) & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator opens besides the public addresses: names and networks, each with one port or (None) any."""

    names: frozenset[tuple[str, int | None]] = frozenset()
    networks: tuple[tuple[Network, int | None], ...] = ()

    def names_host(self, host: str, port: int) -> bool:
        """The operator wrote this very host (or a network with this very address)."""
        if (host, port) in self.names or (host, None) in self.names:
            return True
        try:
            return self._holds(ip_address(host), port)
        except ValueError:
            return False

    def permits(self, host: str, port: int, address: Address) -> bool:
        if why_refused(address) is None:
            return True
        if (host, port) in self.names or (host, None) in self.names:
            return True
        return self._holds(address, port)

    def _holds(self, address: Address, port: int) -> bool:
        if not any(address.version == network.version and address in network and given in (None, port) for network, given in self.networks):
            return False
        inner = embedded(address)  # a network of NAT64 addresses does not open the private addresses behind it
        return inner is None or why_refused(inner) is None or self._holds(inner, port)


def parse_allowed(entries: Iterable[str]) -> Allowed:
    """`127.0.0.1:8765`, `[::1]:80`, `moodle.internal`, `10.0.0.0/8`, `10.0.0.0/8:8080`, `[fd00::/8]:80`. Raises ValueError."""
    if isinstance(entries, str):
        entries = entries.replace(",", " ").split()
    names: set[tuple[str, int | None]] = set()
    networks: list[tuple[Network, int | None]] = []
    for entry in filter(None, (entry.strip() for entry in entries)):
        place, port = _split_port(entry)
        network = _network(entry, place)
        if network is None:
            names.add((_name(entry, place), port))
        else:
            networks.append((network, port))
    return Allowed(frozenset(names), tuple(networks))


def _split_port(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        place, bracket, rest = entry[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise _bad(entry, "an IPv6 address with a port is written [::1]:80")
        return place, _port(entry, rest[1:]) if rest else None
    if entry.count(":") > 1:
        return entry, None  # an IPv6 address or network without a port
    place, colon, port = entry.partition(":")
    return place, _port(entry, port) if colon else None


def _port(entry: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536):
        raise _bad(entry, f"{text[:20]!r} is not a port")
    return int(text)


def _network(entry: str, place: str) -> Network | None:
    if "/" in place:
        try:
            return ip_network(place)
        except ValueError as error:
            raise _bad(entry, str(error)) from error
    try:
        return ip_network(ip_address(place))
    except ValueError:
        return None


def _name(entry: str, place: str) -> str:
    try:
        host = read_host(place, place)
    except HarvestError as error:
        raise _bad(entry, str(error)) from error
    if ":" in host:
        raise _bad(entry, f"{host[:60]!r} is not an IPv6 address")
    return host


def _bad(entry: str, why: str) -> ValueError:
    form = "host:port, an address, or a network such as 10.0.0.0/8, separated by commas"
    return ValueError(f"HUB_HARVEST_ALLOW: {entry[:100]!r} is not understood: {why.rstrip('.')}. Write {form}.")
