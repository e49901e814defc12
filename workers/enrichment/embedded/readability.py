"""When a text can stand alone as a summary: rules by name, each says what is wrong with a text.

A text with a *broken* rule is no whole sentence; one with a *leaning* rule is, but needs what stood before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from workers.enrichment.embedded.sentences import in_formula

#: PRODUCT's contract for what is picked from an abstract: aim at 30 words, never over 60.
AIM_WORDS = 30
MAX_WORDS = 60
#: What 60 words of usual length come to, twice; "words" of endless length are no way around the limit.
MAX_CHARACTERS = 800

#: What a paper calls itself: "this paper" leans on nothing.
PAPER = (
    r"(?:paper|work|article|study|report|letter|thesis|dissertation|survey|note|review|manuscript|contribution|"
    r"tutorial|chapter|essay|monograph|position paper|technical report|research|investigation|book|lecture)s?"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
#: A word's worth of Chinese, Japanese or Korean: PRODUCT counts 100 characters where it counts 30 words.
_CHARACTERS_A_WORD = 10 / 3

_OPENERS = "\"'“‘«([{$\\*"
_STOPPED = re.compile(r"""[.!?。！？]["'”’»)\]}$]*$""")
_FORMULA = re.compile(r"\$\$.*?\$\$|(?<!\\)\$[^$]*\$", re.DOTALL)
_HANGING = re.compile(
    r"\b(?:a|an|the|of|to|for|in|on|at|by|with|from|into|and|or|nor|but|as|that|which|whose|than|via|is|are|was|"
    r"were|be|we|our|their|its|between|towards?|both|e\.g|i\.e|such as)\s*[.…]+$",
    re.IGNORECASE,
)
_THIS = rf"(?:this|these|those)\b(?! (?:(?!(?:of|in|the|to|is|and|we|for|on)\b)[\w-]+ ){{0,4}}{PAPER}\b)"
_OPENING = re.compile(
    rf"^(?:{_THIS}|we \w+ (?:its|their|(?:that )?they)\b|we \w+ (?:it|them) \w|that (?!is\b)|"
    r"(?:they|he|she|its|their|them|another|others?)\b|such\b(?! as)|both\b(?!.* and )|doing so\b|"
    r"the (?:former|latter|above|said|aforementioned|same|resulting)\b|(?:one|each|all) of (?:them|these)\b|"
    r"it\b(?! (?:is|was|has been|can be) (?:\w+ )?(?:shown|proved|proven|known|demonstrated|established|found|"
    r"argued|conjectured|observed|well|widely|important|natural|possible|difficult|hard)))",
    re.IGNORECASE,
)
_TROUBLE = (
    r"(?:(?:\w+ )?(?:issue|problem|challenge|limitation|gap|shortcoming|drawback|difficult(?:y|ie)|question|"
    r"concern|"
    r"bottleneck|weakness(?:e)?|trade-?off|need|goal|aim|task|end|purpose|regard|direction|context|setting|"
    r"phenomen(?:on|a)|"
    r"obstacle|dilemma|deficienc(?:y|ie)|constraint|demand|observation|insight|finding|perspective|disadvantage|"
    r"requirement|failure|risk|void|assumption|threat|complexit(?:y|ie)|hurdle|inefficienc(?:y|ie)|barrier)s?)\b"
)
_THIS_TROUBLE = re.compile(rf"\b(?:{_THIS}|such|the aforementioned|the above) {_TROUBLE}", re.IGNORECASE)
_THIS_ANYTHING = re.compile(
    rf"\b(?:{_THIS}|such\b(?! (?:as|that)\b)|the (?:former|latter|above|aforementioned)|do(?:ing)? so)",
    re.IGNORECASE,
)
#: "we find they do not."
_ELLIPTIC = re.compile(
    r"\b(?:they|it|we|this) (?:do|does|did|is|are|can|cannot|has|have)(?: not)?[.]$", re.IGNORECASE
)
#: What came up in a sentence itself by then may be what it points to.
_OWN_GROUND = 9
_OWN_KIND = re.compile(
    r"(?:\w+ )?(?:method|approach|framework|algorithm|model|technique|system|architecture|pipeline|strateg(?:y|"
    r"ie)|"
    r"result|bound|propert(?:y|ie)|relation|condition|estimate|formula|dataset|benchmark|polic(?:y|ie)|function|"
    r"notion|"
    r"concept|idea|process(?:e)?|mechanism|operation|space|quantit(?:y|ie)|claim|latter|former|case|class(?:e)?|"
    r"term)s?\b|"
    r"(?:is|are|can|may|leads?|allows?|enables?|yields?|does|do|has|have|was|were|holds?|provides?|gives?|"
    r"improves?|makes?)\b",
    re.IGNORECASE,
)
#: "we show that this method is fast" names it nowhere.
_SAYS = re.compile(r"\bwe \w+ that $", re.IGNORECASE)
#: "those that ..." and "This is a survey ..." point forward.
_FORWARD = re.compile(
    rf"(?:these|those) (?:[\w-]+ ){{0,3}}(?:that|which|who|of|with|whose|where|in which|for which)\b|"
    rf"this is (?:a|an|the) (?:\w+ ){{0,4}}{PAPER}\b",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"^(?:however|moreover|furthermore|additionally|besides|also|then|thus|hence|therefore|consequently|"
    r"specifically|"
    r"finally|secondly|thirdly|second|third|lastly|next|similarly|meanwhile|instead|yet|but|and|so|or|"
    r"in addition|in particular|as a result|as such|for example|for instance|on the other hand|to this end|"
    rf"in (?:this|the present|our) {PAPER})\b",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^(?:[(\[]?(?:\d{1,2}|[ivx]{1,4}|[a-h])[)\].]|[-*•·◦–—]|\\item)\s")
_ADDRESS = re.compile(
    r"https?:|www\.|\b(?:github|gitlab|huggingface|zenodo)\b|\b\w+\.(?:com|org|io|net)\b|@\w", re.IGNORECASE
)
_CITATION = re.compile(r"\\(?:cite|ref|footnote|label|begin|end|item|url|href)|\[\d{1,3}\]|\bet al\b")
_HEADING = re.compile(
    r"^(?:abstract|keywords?|comments?|note|summary|background|methods?|results?|conclusions?|objectives?|"
    r"purpose|aims?|"
    r"introduction|motivation|significance|approach|findings|context|main results|"
    r"materials and methods)\s*[:—–-]",
    re.IGNORECASE,
)
#: "To develop a system for screening." says what for, and lacks its verb.
_VERBLESS = re.compile(r"^To \w+ [^,]*$|^To \w+ (?:(?!, (?:we|this|our|the|a|an|it)\b).)*$")
#: "We show it." is a sentence.
_FEWEST_WORDS = 3


def count_words(text: str) -> int:
    """Words as a reader counts them; of scripts without spaces so many characters as PRODUCT takes for a word."""
    characters = len(_CJK.findall(text))
    if not characters:
        return len(text.split())
    others = sum(any(map(str.isalnum, word)) for word in _CJK.sub(" ", text).split())
    return others + round(characters / _CHARACTERS_A_WORD)


def is_balanced(text: str) -> bool:
    """Whether all formulas, brackets and quotes that it opens are closed, and none that it did not open."""
    if in_formula(text):
        return False
    bare = re.sub(r"\\[()\[\]{}]", "", _FORMULA.sub("", text))
    depth = dict.fromkeys("([{“", 0)
    closers = {")": "(", "]": "[", "}": "{", "”": "“"}
    for sign in bare:
        if sign in depth:
            depth[sign] += 1
        elif sign in closers:
            depth[closers[sign]] -= 1
            if depth[closers[sign]] < 0:
                return False
    return not any(depth.values())


def _lacks_capital(text: str) -> bool:
    start = text.lstrip(_OPENERS)
    word = start.split(maxsplit=1)[0] if start else ""
    if not start or text[0] in "$\\":
        return False
    if not start[0].isalnum():
        return True
    return start[0].islower() and not any(sign.isupper() or sign.isdigit() for sign in word)


def _is_half_list(text: str) -> bool:
    """Whether it begins to count and does not go on: "two innovations: (i) a loss."."""
    return any((first in text) != (second in text) for first, second in (("(i)", "(ii)"), ("(1)", "(2)")))


def _is_dangling(text: str) -> bool:
    """Whether it points at something that was said before: "this issue", "these", "it"."""
    if _FORWARD.match(text):
        return False
    if _ELLIPTIC.search(text):
        return True
    if _OPENING.match(text) or _THIS_TROUBLE.search(text):
        return True
    return any(not _is_own(text, found) for found in _THIS_ANYTHING.finditer(text))


def _is_own(text: str, this: re.Match[str]) -> bool:
    """Whether a "this" points into its own sentence: at what is named before, or of a kind that sums it up."""
    if _FORWARD.match(text, this.start()):
        return True
    before, after = text[: this.start()], text[this.end() :].strip()
    named = [word[:5].lower() for word in re.findall(r"[\w-]{4,}", before)]
    if any(word[:5].lower() in named for word in re.findall(r"[\w-]{4,}", " ".join(after.split()[:3]))):
        return True
    has_ground = len(before.split()) >= _OWN_GROUND and re.search(
        r"[,;:]|\b(?:and|that|while|where|which|when)\b", before
    )
    points = after if this.group().lower() not in ("the latter", "the former") else "latter"
    return bool(has_ground and not _SAYS.search(before) and _OWN_KIND.match(points))


#: What makes a text no whole sentence.
BROKEN: Mapping[str, Callable[[str], bool]] = {
    "capital": _lacks_capital,
    "stop": lambda text: not _STOPPED.search(text),
    "balance": lambda text: not is_balanced(text),
    "length": lambda text: count_words(text) > MAX_WORDS or len(text) > MAX_CHARACTERS,
    "fragment": lambda text: count_words(text) < _FEWEST_WORDS or bool(_VERBLESS.match(text)),
    "hanging": lambda text: bool(_HANGING.search(text)),
}
#: What makes a whole sentence need its neighbours, or say nothing to a reader.
LEANING: Mapping[str, Callable[[str], bool]] = {
    "dangling": _is_dangling,
    "lead-in": lambda text: bool(_LEAD_IN.match(text)),
    "list mark": lambda text: bool(_LIST_MARK.match(text)),
    "half list": _is_half_list,
    "heading": lambda text: bool(_HEADING.match(text)),
    "address": lambda text: bool(_ADDRESS.search(text)),
    "citation": lambda text: bool(_CITATION.search(text)),
    "question": lambda text: text.rstrip("\"'”’").endswith(("?", "？")),
    "cut off": lambda text: text.endswith(("…", "...")),
}
RULES: Mapping[str, Callable[[str], bool]] = {**BROKEN, **LEANING}


def find_faults(text: str) -> tuple[str, ...]:
    """The names of the rules that a text breaks, the worst first; none where it can stand alone."""
    return tuple(name for name, is_broken in RULES.items() if is_broken(text))


def is_whole(text: str) -> bool:
    """Whether a text is a whole sentence, wherever it leans."""
    return not any(is_broken(text) for is_broken in BROKEN.values())
