"""Callbacks: addresses that strangers give us to call (WebSub), and which of them we may call at all. Pure.

What is asked here of a name's addresses counts only for the very connection that is made to one of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from feeds.errors import BadRequestError

Network = IPv4Network | IPv6Network

MAX_LENGTH = 2048
_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024
#: One reading of it only: no user, no fragment, no backslash, nothing that another parser could see a host in.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<target>(?:/[!$%-;=@-\[\]_a-z~|]*)?(?:\?[!$%-;=?-\[\]_a-z{|}~]*)?)"
)
#: What is nobody's public host (IANA's special-purpose registries): ourselves, private, shared (CGNAT), link-local
#: with the clouds' metadata, documentation, benchmarks, relays, multicast, reserved.
_CLOSED_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
#: Global unicast, less what is special in it: Teredo and others, documentation, 6to4.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
#: IPv4 hosts, as networks without IPv4 see them (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Callback:
    """An address that may be called, taken apart once and for all."""

    url: str  #: as it was given
    scheme: str
    host: str  #: a name, or an address without brackets
    port: int
    target: str  #: path and query

    @property
    def authority(self) -> str:
        """For the Host header: host and port, without the scheme's own port (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read_callback(text: str, allowed: Sequence[Network] = ()) -> Callback:
    """Take a callback's address apart.

    :param allowed: networks of the operator's own that may be called, also without encryption
    :raises BadRequestError: for what is no address, or none that we call
    """
    found = _ADDRESS.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None:
        raise BadRequestError(
            f"hub.callback is to be an https address of at most {MAX_LENGTH} characters, without user or fragment"
        )
    scheme, host = found["scheme"], found["host"].strip("[]")
    port = int(found["port"] or _PORTS[scheme])
    if port != _PORTS[scheme] and not _FIRST_FREE_PORT <= port <= 65535:
        raise BadRequestError("hub.callback has a port that is not called")
    if scheme == "http" and not allowed:
        raise BadRequestError("hub.callback is to be an https address")
    if (address := _read_address(host)) and not _may_call(address, scheme, allowed):
        raise BadRequestError("hub.callback is not on the public network")
    if ":" in host and address is None:
        raise BadRequestError("hub.callback names no host")
    target = found["target"] if found["target"].startswith("/") else "/" + found["target"]
    return Callback(text, scheme, host.lower(), port, target)


def may_call(address: str, scheme: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether an IP address may be connected to.

    :param address: as a resolver gives it
    :param scheme: without encryption only the operator's own networks are called
    """
    read = _read_address(address)
    return read is not None and _may_call(read, scheme, allowed)


def read_network(text: str) -> Network:
    """Read a network like 10.1.0.0/16; a mere address stands for itself.

    :raises ValueError: where it is none
    """
    return ip_network(text)


def _read_address(text: str) -> IPv4Address | IPv6Address | None:
    """None where it is none, or good for one of our own links only (``fe80::1%eth0``)."""
    try:
        return ip_address(text) if "%" not in text else None
    except ValueError:
        return None


def _may_call(address: IPv4Address | IPv6Address, scheme: str, allowed: Sequence[Network]) -> bool:
    meant = _unwrap(address)
    if any(meant in network for network in allowed):
        return True
    return scheme == "https" and _is_public(meant)


def _unwrap(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that is meant by an IPv6 one, where it is written so."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)
