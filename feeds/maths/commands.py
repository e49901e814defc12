"""What kinds of TeX commands there are, by name. Tables only."""

from __future__ import annotations

from feeds.maths.symbols import SIGNS


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


FUNCTIONS = _names(
    "arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det diag dim div erf exp bmod gcd grad hom"
    " inf injlim ker lcm lg lim liminf limsup ln log max min mod polylog poly Pr projlim rank sec sgn sign sin sinh"
    " span sup supp tan tanh tr trace Tr varinjlim varliminf varlimsup varprojlim vol"
)
FUNCTION_NAMES = {
    "argmax": "arg max", "argmin": "arg min", "liminf": "lim inf", "limsup": "lim sup", "varliminf": "lim inf",
    "varlimsup": "lim sup", "injlim": "inj lim", "projlim": "proj lim", "varinjlim": "inj lim",
    "varprojlim": "proj lim", "bmod": "mod",
}  # fmt: skip
#: Functions and signs that carry their scripts below and above them where there is room.
STACKED = _names("lim liminf limsup max min sup inf argmax argmin det gcd Pr injlim projlim")
#: Masses and radii of the sun, as astronomers write their own macros.
SOLAR = {
    f"{letter}{sun}": letter.upper() for letter in ("M", "m", "L", "l", "R") for sun in ("sun", "sol", "solar")
}

#: Accents: the combining sign, and what it is called over more than a letter.
ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0305", "vec": "\u20d7", "overrightarrow": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
    "dddot": "\u20db", "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300",
    "mathring": "\u030a", "underline": "\u0332", "underbar": "\u0332", "undertilde": "\u0330",
}  # fmt: skip
#: Accents that are the same word over many letters: a bar over each reads as one long bar.
LONG_MARKS = {"\u0304": "\u0305", "\u0305": "\u0305", "\u0332": "\u0332"}

#: TeX's names of alphabets, as commands with an argument and as switches for the rest of a group.
STYLES = {
    "mathrm": "upright", "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "pmb": "bold", "mathbb": "double",
    "mathds": "double", "mathbbm": "double", "Bbb": "double", "mathcal": "script", "mathscr": "script",
    "mathfrak": "fraktur", "mathsf": "upright", "mathtt": "upright", "mathit": "slanted", "mathnormal": "slanted",
    "operatorname": "name", "mathop": "slanted", "mathbin": "slanted", "mathrel": "slanted", "mathord": "slanted",
    "ensuremath": "slanted", "mathbit": "bold", "vb": "bold", "vectorbold": "bold",
}  # fmt: skip
SWITCHES = {
    "rm": "upright", "bf": "bold", "it": "slanted", "cal": "script", "sf": "upright", "tt": "upright",
    "em": "slanted", "sl": "slanted", "sc": "upright", "frak": "fraktur", "scr": "script", "bfseries": "bold",
    "itshape": "slanted", "rmfamily": "upright", "upshape": "upright", "mit": "slanted", "normalfont": "upright",
    "scshape": "upright",
}  # fmt: skip
#: Commands that set words, and in what.
WORDS = {
    "text": "", "mbox": "", "hbox": "", "textrm": "", "textsf": "", "texttt": "", "textsc": "", "textnormal": "",
    "textup": "", "textmd": "", "textbf": "bold", "textit": "slanted", "textsl": "slanted", "emph": "slanted",
    "fbox": "", "boxed": "", "uppercase": "", "intertext": "",
}  # fmt: skip
#: Commands that lead elsewhere: of these the argument is shown; of those two, what they have beside it.
LINKS = _names("url path cite citep citet citealt citealp citeauthor citeyear ref eqref autoref cref footnote")
LINKING = frozenset({"href", "textcolor"})
#: Commands that write two arguments beside each other, in the way of their field: ``\\ion{H}{2}`` is H II.
PAIRING = frozenset({"ion"})
FRACTIONS = _names("frac dfrac tfrac cfrac nicefrac sfrac")
BINOMIALS = _names("binom dbinom tbinom")
STACKING = _names("overset underset stackrel")
BRACES = _names("overbrace underbrace overparen underparen mathclap smash cancel")
#: Fractions in the midst of a group, and whether they have a line.
INFIXES = {"over": True, "choose": False, "atop": False}
#: Commands whose argument is a delimiter.
DELIMITING = _names("left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm")
SIZES = _names("tiny scriptsize footnotesize small normalsize large Large huge")
#: Commands that say nothing a reader needs.
SILENT = SIZES | _names(
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits noindent centering protect xspace"
    " allowbreak nonumber notag hfill hfil relax hline smallskip medskip bigskip"
)
#: Commands whose argument says nothing a reader needs.
SWALLOWING = _names("label vspace hspace phantom hphantom vphantom color")
SPACES = frozenset({",", ";", ":", " ", ">", "quad", "qquad", "enspace", "enskip", "thinspace"})

#: All that is known; a command that is not here keeps its name.
KNOWN = frozenset(
    {*SIGNS, *FUNCTIONS, *ACCENTS, *STYLES, *SWITCHES, *WORDS, *LINKS, *LINKING, *PAIRING}
    | {*FRACTIONS, *BINOMIALS, *STACKING}
    | {*BRACES, *INFIXES, *DELIMITING, *SILENT, *SWALLOWING, *SPACES, *SOLAR, "sqrt", "nthroot", "not", "substack"}
    | {"pmod"}
)
