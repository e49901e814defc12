"""What the stand-in answers with, and how it reads what it is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_SYMBOL = re.compile(rf"\\({'|'.join(_GREEK)})(?![A-Za-z])\s?")


@dataclass(frozen=True)
class Answer:
    status: int
    media_type: str
    body: bytes
    location: str | None = None


def parse_query(text: str) -> dict[str, str]:
    """A query's parameters, each once."""
    return dict(parse_qsl(text, keep_blank_values=True))


def decode_symbols(text: str) -> str:
    r"""Greek letters as Unicode, in maths too: ``$\alpha \le 1$`` is ``$α\le 1$`` in the query API."""
    return _SYMBOL.sub(lambda found: _GREEK[found[1]], text)
