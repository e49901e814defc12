"""The command that says what is wrong, and what to do."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import click

from service.doctor import Finding, Level, examine

_COLOURS = {Level.WELL: "green", Level.DOUBTFUL: "yellow", Level.WRONG: "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Check settings, topics, disk, database, engine, web address, arXiv and the clock: what is wrong, what to do.

    Changes nothing, and asks arXiv once. Exit code 1 where something is wrong.
    """
    findings = []
    for finding in examine(os.environ):
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    if any(finding.level is Level.WRONG for finding in findings):
        raise SystemExit(1)


def _print(finding: Finding) -> None:
    level = click.style(f"{finding.level:<6}", fg=_COLOURS[finding.level])
    click.echo(f"{level} {finding.check:<9} {finding.found}")
    if finding.advice:
        click.echo(f"{'':<17}-> {finding.advice}")
