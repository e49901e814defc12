"""The language of a page: which one a request wants, and what is said in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from flask import request
from markupsafe import Markup

from feeds.errors import BadRequestError
from service.options import Option
from service.phrases import en, en_desk, zh, zh_desk

#: By BCP 47; the first is the one where nothing is asked for.
_TABLES: Mapping[str, Mapping[str, str]] = {
    "en": {**en.PHRASES, **en_desk.PHRASES},
    "zh": {**zh.PHRASES, **zh_desk.PHRASES},
}
LANGUAGES = tuple(_TABLES)
#: What each language calls itself.
NAMES = {"en": "English", "zh": "中文"}
#: To be taken by every page.
LANG = Option("lang", "the language of the page", {"enum": [*LANGUAGES]})


def choose_language() -> str:
    """The language that this request wants: by its option, else by what its reader accepts (RFC 9110, 12.5.4).

    Not by Werkzeug's ``best_match``, to which ``zh-CN`` is no ``zh`` while any other language fits.
    """
    accepted = (code.partition("-")[0].lower() for code, quality in request.accept_languages if quality > 0)
    wanted = [request.args.get(LANG.name, ""), *accepted]
    return next((code for code in wanted if code in LANGUAGES), LANGUAGES[0])


def check_language() -> None:
    """Refuse what is no language of ours.

    :raises BadRequestError: saying which there are
    """
    if request.args.get(LANG.name, LANGUAGES[0]) not in LANGUAGES:
        raise BadRequestError(f"lang is one of {', '.join(LANGUAGES)}.")


class Wording:
    """What pages say in one language. Values are escaped, the wording's own markup is kept.

    :param language: one of :data:`LANGUAGES`
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._table = _TABLES[language]

    def __call__(self, key: str, **values: object) -> Markup:
        """A phrase.

        :raises KeyError: for one that there is not
        """
        return Markup(self._table[key]).format(**values)  # noqa: S704  (the tables are ours)

    def count(self, key: str, number: int) -> Markup:
        """A phrase about so many things."""
        return self(f"{key}.one" if number == 1 else key, count=f"{number:,}")

    def knows(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return key in self._table

    def day(self, at: date) -> Markup:
        """A date as people write it."""
        month = self._table["months"].split()[at.month - 1]
        return self("day", day=at.day, month=month, number=at.month, year=at.year)

    def short_day(self, at: date) -> Markup:
        """A date of this year, short."""
        return self("day.short", day=at.day, month=self._table["months"].split()[at.month - 1][:3], number=at.month)

    def dated(self, at: date) -> Markup:
        """A date with its weekday."""
        return self("dated", weekday=self._table["long_weekdays"].split()[at.weekday()], day=self.day(at))

    def weekday(self, at: date) -> str:
        """A weekday, short."""
        return self._table["weekdays"].split()[at.weekday()]

    def moment(self, at: datetime) -> Markup:
        """A time as people write it; all times here are UTC. Machines can read it too."""
        told = self("moment", day=self.day(at), time=f"{at:%H:%M}")
        return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), told)

    def when(self, at: datetime) -> Markup:
        """The day of a time, as people write it; machines can read it too."""
        return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), self.day(at))


def stamp(at: datetime) -> str:
    """A time in a table."""
    return f"{at:%Y-%m-%d %H:%M}"
