"""Licences of papers: how people call what arXiv names by an address."""

from __future__ import annotations

import re

_CREATIVE_COMMONS = re.compile(r"https?://creativecommons\.org/licenses/(?P<terms>[a-z-]+)/(?P<version>\d\.\d)/?")
_OTHERS = (
    (re.compile(r"https?://creativecommons\.org/publicdomain/zero/(?P<version>\d\.\d)/?"), "CC0"),
    (re.compile(r"https?://arxiv\.org/licenses/nonexclusive-distrib/(?P<version>\d\.\d)/?"), "arXiv non-exclusive"),
)


def describe_licence(uri: str) -> str:
    """A licence in a line: its name, where it has one, and its address."""
    if found := _CREATIVE_COMMONS.fullmatch(uri):
        return f"CC {found['terms'].upper()} {found['version']} ({uri})"
    for pattern, name in _OTHERS:
        if found := pattern.fullmatch(uri):
            return f"{name} {found['version']} ({uri})"
    return uri
