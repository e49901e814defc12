"""pylatexenc's parser, with our commands, made quick on prose and safe against what it would read without end."""

from __future__ import annotations

import re
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexToken,
    LatexWalker,
    LatexWalkerEndOfStream,
    LatexWalkerError,
)
from pylatexenc.macrospec import (
    EnvironmentSpec,
    LatexContextDb,
    MacroSpec,
    MacroStandardArgsParser,
    SpecialsSpec,
    std_environment,
    std_macro,
)

from feeds.maths import commands
from feeds.maths.mending import MAX_DEPTH

_ONE = (
    *commands.STYLES, *commands.WORDS, *commands.ACCENTS, *commands.SWALLOWING, *commands.DELIMITING,
    *commands.LINKS, *commands.BRACES, "sqrt", "substack", "not", "pmod",
)  # fmt: skip
_TWO = (
    *commands.FRACTIONS, *commands.BINOMIALS, *commands.STACKING, *commands.LINKING, *commands.PAIRING, "nthroot",
)  # fmt: skip
#: A run of what has no meaning to TeX.
_PROSE = re.compile(r"[^\\{}&^_]+")
_NOTHING_LEFT = re.compile(r"\s*(?:\\[)\]]|\\(?:begin|end)\{|[}&]|$)")
_TAKES_ARGUMENTS = re.compile(rf"\s*\\(?:[(\[]|(?:{'|'.join(sorted({*_ONE, *_TWO}))})(?![A-Za-z]))")


def _context() -> LatexContextDb:
    context = LatexContextDb()
    context.add_context_category(
        "ours",
        macros=[*(std_macro(name, "{") for name in _ONE), *(std_macro(name, "{{") for name in _TWO)],
        environments=[std_environment(name, "{") for name in ("array", "tabular", "subarray")],
        specials=[
            SpecialsSpec("&"),
            *(SpecialsSpec(sign, args_parser=MacroStandardArgsParser("{")) for sign in "^_"),
        ],
    )
    context.set_unknown_macro_spec(MacroSpec(""))
    context.set_unknown_environment_spec(EnvironmentSpec(""))
    return context


_CONTEXT = _context()


class Walker(LatexWalker):  # type: ignore[misc]  # pylatexenc has no types
    """Reads mended TeX; raises pylatexenc's ``LatexWalkerError`` where it still stumbles."""

    def __init__(self, tex: str) -> None:
        super().__init__(tex, latex_context=_CONTEXT, tolerant_parsing=False)
        self._depth = 0

    def get_token(self, pos: int, *args: Any, environments: bool = True, **kwargs: Any) -> LatexToken:
        """A whole run of prose counts as one character, except where an argument is read."""
        if environments and (found := _PROSE.match(self.s, pos)):
            return LatexToken(tok="char", arg=found[0], pos=pos, len=len(found[0]), pre_space="")
        return super().get_token(pos, *args, environments=environments, **kwargs)

    def get_latex_expression(self, pos: int, *args: Any, parsing_state: Any = None, **kwargs: Any) -> Any:
        """An argument: ``x^\\frac12`` takes the fraction whole, and none is taken from behind a formula's end."""
        if _NOTHING_LEFT.match(self.s, pos):
            return self.make_node(LatexCharsNode, chars="", parsing_state=parsing_state, pos=pos, len=0), pos, 0
        if self._depth < MAX_DEPTH and (found := _TAKES_ARGUMENTS.match(self.s, pos)):
            start = pos + len(found[0]) - len(found[0].lstrip())
            self._depth += 1
            try:
                nodes, at, length = self.get_latex_nodes(start, read_max_nodes=1, parsing_state=parsing_state)
            finally:
                self._depth -= 1
            group = self.make_node(
                LatexGroupNode, nodelist=nodes, delimiters=("", ""), parsing_state=parsing_state, pos=at, len=length
            )
            return group, at, length
        return super().get_latex_expression(pos, *args, parsing_state=parsing_state, **kwargs)


class UnreadableError(Exception):
    """Mended TeX that pylatexenc stumbles over nevertheless."""


def parse(tex: str) -> list[Any]:
    """pylatexenc's nodes of a mended text.

    Raises:
        UnreadableError: it is no TeX that can be read.
    """
    try:
        nodes, _, _ = Walker(tex).get_latex_nodes()
    except (LatexWalkerError, LatexWalkerEndOfStream) as error:
        raise UnreadableError(str(error)) from error
    return list(nodes)


def arguments(node: Any, number: int = 0) -> list[Any]:
    """The nodes of one of a command's arguments, without its braces; none where it has no such one."""
    given = node.nodeargd.argnlist if node.nodeargd is not None else []
    if number >= len(given):
        return []
    return list(given[number].nodelist) if is_group(given[number]) else [given[number]]


def is_chars(node: Any) -> bool:
    return isinstance(node, LatexCharsNode)


def is_group(node: Any) -> bool:
    return isinstance(node, LatexGroupNode)


def is_macro(node: Any) -> bool:
    return isinstance(node, LatexMacroNode)


def is_environment(node: Any) -> bool:
    return isinstance(node, LatexEnvironmentNode)


def is_math(node: Any) -> bool:
    return isinstance(node, LatexMathNode)


def is_specials(node: Any) -> bool:
    return isinstance(node, LatexSpecialsNode)
