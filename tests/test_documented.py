"""What can be used is in the README, and what is in the README can be used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from feeds.config import TABLE
from feeds.query.parser import FIELDS
from feeds.render.formats import FORMATS
from feeds.topic_fields import FIELDS as TOPIC_FIELDS
from service.app import create_app
from service.cli import cli
from tests.support.recordings import ROOT
from tests.support.wires import make_settings
from workers.preparing import prepare_database

README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title!r}"
    return found[1]


def rows(title: str) -> dict[str, str]:
    """The table of a section: what stands in each row's first cell, with the whole row."""
    return {line.split("|")[1].strip(): line for line in section(title).splitlines() if line.startswith("| `")}


def commands(group: click.Group = cli, path: str = "./wire") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}", command


COMMANDS = dict(commands())


def test_every_setting_is_in_the_table_with_its_default_and_no_other() -> None:
    told = rows("Settings")
    assert {f"`{setting.variable}`" for setting in TABLE} == set(told)
    for setting in TABLE:
        default = told[f"`{setting.variable}`"].split("|")[2].strip()
        if setting.default:
            assert default == f"`{setting.default}`" or default == setting.default, setting.variable
        else:
            assert not default or "`" not in default or "bind" in default, setting.variable


def test_secrets_may_be_files_and_the_table_says_so() -> None:
    for setting in TABLE:
        assert (f"`{setting.variable}_FILE`" in section("Settings")) == setting.secret


def test_every_command_is_in_the_table_and_no_other() -> None:
    told = {re.sub(r" (--|[A-Z\[]).*", "", name.strip("`")) for name in rows("Commands")}
    assert told == {*COMMANDS, "./wire test"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_told(name: str) -> None:
    row = next(line for cell, line in rows("Commands").items() if cell.strip("`").startswith(name))
    told = row + section("Commands")
    for option in COMMANDS[name].params:
        if isinstance(option, click.Option) and option.name != "timeout":
            assert option.opts[-1] in told, f"{name} {option.opts[-1]}"


def addresses(cell: str) -> Iterator[str]:
    """All that a cell of the table names: ``/feeds/a.atom`` `.rss` is two, ``/feeds/a.atom`` `b.atom` as well."""
    last = ""
    for name in re.findall(r"`([^`]+)`", cell):
        if name.startswith("."):
            last = last.rpartition(".")[0] + name
        elif name.startswith("/"):
            last = re.sub(r"\{(\w+)\}", r"<\1>", name.partition("?")[0])
        else:
            last = f"{last.rpartition('/')[0]}/{name}"
        yield last


def expand(rule: str) -> Iterator[str]:
    """The addresses of a rule of Flask's, as the table writes them."""
    rule = re.sub(r"<(?:path|int):", "<", rule).replace("<name>", "<slug>.<extension>")
    choices = re.search(r"<any\(([^)]*)\):\w+>", rule)
    if choices:
        for choice in choices[1].split(", "):
            yield from expand(rule.replace(choices[0], choice))
    elif "<extension>" in rule:
        yield from (rule.replace("<extension>", name) for name in FORMATS)
    else:
        yield rule


def test_every_address_is_in_the_table_and_no_other(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    prepare_database(settings)
    rules = {rule.rule for rule in create_app(settings).url_map.iter_rules()}
    served = {rule for rule in rules if not rule.startswith(("/static/", "/favicon.ico"))}
    told = {address for cell in rows("Addresses") for address in addresses(cell)}
    combined = {f"/feeds/<slug>+<slug>.{name}" for name in FORMATS}  # these go by the topics' own rule
    assert {address for rule in served for address in expand(rule)} | combined == told


def test_every_query_field_is_told_and_no_other() -> None:
    queries = section("Writing a topic").split("**Queries**")[1]
    told = re.search(r"Fields: (.*?);", queries, re.DOTALL)
    assert told
    assert set(re.findall(r"`([a-z]+):`", told[1])) == set(FIELDS)
    for word in ("AND", "OR", "NOT", "ANDNOT"):
        assert f"`{word}`" in queries


def test_every_field_of_a_topic_is_told_and_no_other() -> None:
    text = section("Writing a topic")
    example = set(re.findall(r"^ {4}(?:- |  )?([a-z_]+):", text, re.MULTILINE)) | {"slug"}
    assert example - {"topics"} == set(TOPIC_FIELDS)


def test_what_the_readme_points_to_is_there() -> None:
    for path in re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(
        r"`((?:feeds|workers|service|tests)/[\w/.]+)`", README
    ):
        assert (ROOT / path).exists(), path
