"""Unicode's raised and lowered characters."""

from __future__ import annotations

import re

_RAISED = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδθφχ′″*†‡°⋆∗",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᶿᵠᵡ′″*†‡°⋆*",
        strict=True,
    )
)
_LOWERED = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ☉",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ☉",
        strict=True,
    )
)
_ENCLOSED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
#: Rings and stars are raised already; these stand for them in scripts.
_AS_SCRIPT = {"∘": "°", "∗": "*", "⊙": "☉"}


def raised(text: str) -> str:
    """A text as superscript: in Unicode's raised characters where all have one, else ``^(...)``."""
    return _shifted(text, _RAISED, "^")


def lowered(text: str) -> str:
    """A text as subscript: in Unicode's lowered characters where all have one, else ``_(...)``."""
    return _shifted(text, _LOWERED, "_")


def script_sign(sign: str) -> str:
    """What a sign is once it is a script: a ring is a degree, a circled dot the sun."""
    return _AS_SCRIPT.get(sign, sign)


def _shifted(text: str, forms: dict[str, str], sign: str) -> str:
    if all(character in forms for character in text):
        return "".join(forms[character] for character in text)
    if len(text) == 1 or _ENCLOSED.fullmatch(text):
        return sign + text
    return f"{sign}({text})"
