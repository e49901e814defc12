"""Which addresses of strangers are called at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from feeds.errors import BadRequestError
from feeds.model.callbacks import MAX_LENGTH, may_call, read_callback, read_network

LOOPBACK = (read_network("127.0.0.0/8"), read_network("fd00:1::/64"))

CLOSED = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "100.100.100.200", "169.254.169.254", "168.63.129.16", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001::1",
    "2002:7f00:1::", "2002:808:808::", "3fff::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:7f00:1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8",
    "5f00::1", "100::1", "fec0::1", "no address", "",
]  # fmt: skip
OPEN = [
    "8.8.8.8",
    "172.15.0.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_no_public_host_is_not_called(address: str) -> None:
    assert not may_call(address, "https")


@pytest.mark.parametrize("address", OPEN)
def test_public_hosts_are_called_encrypted_only(address: str) -> None:
    assert may_call(address, "https")
    assert not may_call(address, "http")


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "fd00:1::5"])
def test_the_operators_own_networks_are_called_as_he_says(address: str) -> None:
    assert may_call(address, "http", LOOPBACK)
    assert may_call(address, "https", LOOPBACK)
    assert not may_call("10.0.0.1", "https", LOOPBACK)
    assert not may_call("8.8.8.8", "http", LOOPBACK)


@pytest.mark.parametrize(
    ("url", "host", "port", "authority", "target"),
    [
        ("https://reader.example/push", "reader.example", 443, "reader.example", "/push"),
        ("https://Reader.Example:443/", "reader.example", 443, "reader.example", "/"),
        (
            "https://reader.example:8443/a/b?c=d&e={f}",
            "reader.example",
            8443,
            "reader.example:8443",
            "/a/b?c=d&e={f}",
        ),
        ("https://reader.example?x=1", "reader.example", 443, "reader.example", "/?x=1"),
        ("https://reader.example/%7Ea/@b;c=d", "reader.example", 443, "reader.example", "/%7Ea/@b;c=d"),
        ("https://8.8.8.8/x", "8.8.8.8", 443, "8.8.8.8", "/x"),
        ("https://[2606:4700::1111]:9000/x", "2606:4700::1111", 9000, "[2606:4700::1111]:9000", "/x"),
    ],
)
def test_a_callback_is_taken_apart(url: str, host: str, port: int, authority: str, target: str) -> None:
    found = read_callback(url)
    assert (found.url, found.host, found.port, found.authority, found.target) == (
        url,
        host,
        port,
        authority,
        target,
    )


@pytest.mark.parametrize(
    "url",
    [
        "", "reader.example", "//reader.example/", "ftp://reader.example/", "http://reader.example/", "https:///x",
        "https://user@reader.example/", "https://user:word@reader.example/", "https://reader.example/#there",
        "https://reader.example\\@127.0.0.1/", "https://127.0.0.1\\@reader.example/", "https://reader.example:22/",
        "https://reader.example:0/", "https://reader.example:65536/", "https://reader.example:/", "https://[::1]/",
        "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[::zz]/",
        "https://reader.example/a b", "https://reader.example/\r\nX: y", "https://réader.example/",
        "https://reader.example/\u200b", "https://-a.example/", "https://169.254.169.254/latest/meta-data",
        "https://reader.example/" + "a" * MAX_LENGTH,
    ],
)  # fmt: skip
def test_what_is_no_callback_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_callback(url)
    assert not url or url not in str(caught.value)


def test_without_encryption_only_where_the_operator_has_networks() -> None:
    assert read_callback("http://reader.lan:8080/x", LOOPBACK).scheme == "http"
    assert read_callback("http://127.0.0.1:8080/x", LOOPBACK).port == 8080
    with pytest.raises(BadRequestError, match="public network"):
        read_callback("http://8.8.8.8/x", LOOPBACK)


@given(st.from_regex(r"https://[a-z0-9.@\\:/?#\[\]%]{1,30}", fullmatch=True))
def test_whoever_connects_sees_the_same_host(url: str) -> None:
    """Two parsers that see two hosts in one address are how such guards are passed."""
    try:
        found = read_callback(url)
    except BadRequestError:
        return
    other = parse_url(url)
    assert (other.host or "").strip("[]") == found.host
    assert other.auth is None
    assert other.fragment is None
