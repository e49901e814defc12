"""What TeX's names stand for: signs, alphabets, functions, accents. Tables only; pylatexenc brings most signs."""

from __future__ import annotations

import unicodedata

from pylatexenc.latex2text import get_default_latex_context_db

from feeds.maths.tree import Kind

#: What pylatexenc lacks, or has for words rather than formulas; authors' own macros that are the same everywhere.
_OURS = {
    "prime": "′", "ast": "*", "bullet": "•", "textasciicircum": "^", "textbackslash": "\\", "backslash": "\\",
    "Box": "□", "ne": "≠", "iff": "⟺", "implies": "⟹", "impliedby": "⟸", "gets": "←", "land": "∧", "lor": "∨",
    "neg": "¬", "models": "⊨", "vDash": "⊨", "owns": "∋", "thicksim": "∼", "thickapprox": "≈", "nsim": "≁",
    "ncong": "≇", "triangle": "△", "Diamond": "◇", "leadsto": "⇝", "lhd": "⊲", "rhd": "⊳", "unlhd": "⊴",
    "unrhd": "⊵", "bigsqcup": "⨆", "bigoplus": "⨁", "bigotimes": "⨂", "biguplus": "⨄", "bigodot": "⨀", "Re": "ℜ",
    "Im": "ℑ", "imath": "ı", "jmath": "ȷ", "ddag": "‡", "ddagger": "‡", "S": "§", "copyright": "©",
    "degr": "°", "arcdeg": "°", "arcmin": "′", "arcsec": "″", "fdg": "°.", "farcm": "′.", "farcs": "″.",
    "micron": "µm", "setR": "ℝ", "setC": "ℂ", "setZ": "ℤ", "setN": "ℕ", "setQ": "ℚ", "eps": "ε", "smbullet": "•",
    "checkmark": "✓", "square": "□", "blacksquare": "■", "degree": "°", "textdegree": "°", "lbrack": "[",
    "rbrack": "]", "lq": "‘", "rq": "’", "cdotp": "·", "ldotp": ".", "Bbbk": "𝕜", "dashrightarrow": "⇢",
    "coloneqq": "≔", "varGamma": "Γ", "varDelta": "Δ", "varTheta": "Θ", "varLambda": "Λ", "varXi": "Ξ",
    "varPi": "Π", "varSigma": "Σ", "varPhi": "Φ", "varPsi": "Ψ", "varOmega": "Ω", "lt": "<", "gt": ">",
    "half": "½", "R": "ℝ", "RR": "ℝ", "reals": "ℝ", "C": "ℂ", "CC": "ℂ", "Z": "ℤ", "ZZ": "ℤ", "N": "ℕ", "NN": "ℕ",
    "Q": "ℚ", "QQ": "ℚ", "PP": "ℙ", "FF": "𝔽", "EE": "𝔼", "HH": "ℍ", "P": "P", "O": "O", "L": "L", "l": "l",
    "i": "i", "j": "j", "sun": "☉", "Sun": "☉", "astrosun": "☉", "micro": "µ", "angstrom": "Å", "id": "id",
    "bot": "⊥", "mid": "∣",
}  # fmt: skip


def _signs() -> dict[str, str]:
    found: dict[str, str] = {}
    for spec in get_default_latex_context_db().iter_macro_specs():
        sign = spec.simplify_repl
        if isinstance(sign, str) and len(sign) == 1 and spec.macroname.isalpha() and sign.isprintable():
            found.setdefault(spec.macroname, sign)
    return found | _OURS


#: A sign's name without its backslash, and the sign.
SIGNS = _signs()
#: What a sign is where it stands among words: there, \deg is no function and \S no variable.
AMONG_WORDS = {"deg": "°", "P": "¶", "O": "Ø", "L": "Ł", "l": "ł", "i": "ı", "j": "ȷ", "mid": "|"}

LARGE = frozenset("∑∏∐∫∬∭∮⋂⋃⋁⋀⨁⨂⨀⨆⨄")

_RELATIONS = frozenset(
    "=<>≤≥⩽⩾≦≧≪≫⋘⋙≈∼≃≅≡≢≠∝∈∉∋⊂⊃⊆⊇⊄⊈⊉⊊⊋⊏⊐⊑⊒≺≻≼≽≾≿≲≳⪅⪆≶≷⋚⋛≔≐≜≟≍≎≏≁≇≉∥∦⊥⊢⊣⊨⊩∣∤⋈≀→←↔⇒⇐⇔⟶⟵⟷⟹⟸⟺↦⟼↪↩⇝⇌⇀⇁↠↣⊲⊳⊴⊵⪯⪰≮≯"
)
_BINARY = frozenset("/+−-±∓×·÷∘∗*∩∪⊎⊗⊕⊖⊘⊙∧∨⋊⋉∖⊓⊔⊠⊞⋆")
_OPEN, _CLOSE = frozenset("([{⟨⌊⌈⌜⌞"), frozenset(")]}⟩⌋⌉⌝⌟")


def sign_kind(sign: str) -> Kind:
    """What kind of atom a sign makes."""
    for kind, signs in (
        (Kind.RELATION, _RELATIONS), (Kind.BINARY, _BINARY), (Kind.OPEN, _OPEN), (Kind.CLOSE, _CLOSE),
        (Kind.LARGE, LARGE), (Kind.COMMA, ",;"), (Kind.COLON, ":"), (Kind.FENCE, "|‖"),
    ):  # fmt: skip
        if sign in signs:
            return kind
    return Kind.LETTER if unicodedata.category(sign) == "Ll" else Kind.UPRIGHT


#: Where an alphabet of Unicode begins: A, a, the digit 0, capital and small alpha; 0 where it has none.
_STARTS = {
    "double": (0x1D538, 0x1D552, 0x1D7D8, 0, 0),
    "script": (0x1D49C, 0x1D4B6, 0, 0, 0),
    "fraktur": (0x1D504, 0x1D51E, 0, 0, 0),
    "bold": (0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2),
}
_BASES = (("A", 26), ("a", 26), ("0", 10), ("Α", 25), ("α", 25))
#: Letters that had a place of their own before their alphabet came.
_ELSEWHERE = {
    "double": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "bold": {},
}
ALPHABETS = {
    name: {
        **{
            chr(ord(base) + step): chr(start + step)
            for (base, size), start in zip(_BASES, starts, strict=True)
            for step in range(size if start else 0)
        },
        **_ELSEWHERE[name],
    }
    for name, starts in _STARTS.items()
}
