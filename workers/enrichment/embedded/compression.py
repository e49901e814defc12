"""What a sentence can be shortened to without changing what it says: its candidates for a summary.

Lead-ins ("In this paper,", "To address this issue,"), asides in parentheses, citations and closing clauses go.
Conditions ("If", "Under", "Without") always stay: a claim is never made wider than the authors made it.
"""

from __future__ import annotations

import re

from workers.enrichment.embedded.readability import PAPER, find_faults, is_balanced

#: More variants of a sentence than this are not offered.
MAX_CANDIDATES = 6

#: Not after "in" or "of": there the citation is a noun.
_CITATION = re.compile(
    r"\s*(?<!\bin )(?<!\bof )(?<!\bby )(?<!\bto )(?<!\bfrom )(?<!\bwith )(?<!\band )(?<!\bsee )"
    r"(?:~?\\(?:cite\w*|ref|eqref|footnote)\*?(?:\[[^\]]*\])*\{[^{}]*\}|\[\d{1,3}(?:[,–-] ?\d{1,3})*\])"
)
_LABEL = re.compile(
    r"^(?:abstract|background|methods?|results?|conclusions?|objectives?|purpose|aims?|introduction|motivation|"
    r"significance|approach|findings|main results|materials and methods)\s*[:—–]\s*(?=\w)",
    re.IGNORECASE,
)
_STYLED = re.compile(r"\\(?:textbf|textit|textsc|texttt|textrm|emph|underline|mbox|text)\{([^{}$]*)\}")
_DECLARED = re.compile(r"\{\\(?:bf|em|it|sc|tt|rm)\s+([^{}$]*)\}")
_FORMULA = re.compile(r"(?<!\\)\$[^$]*\$")

_ASIDE = re.compile(r"(?P<before>\S+)\s+\((?P<inside>[^()]*)\)(?=[\s,.;:!?]|$)")
#: After these an aside is what they introduce: "in (2+1) dimensions".
_INTRODUCERS = frozenset(
    {
        "a", "an", "the", "of", "in", "on", "at", "by", "for", "to", "with", "from", "and", "or", "as", "is",
        "are", "than", "between", "that", "into", "via",
    }
)  # fmt: skip
_ACRONYM = re.compile(r"(?:[\w/+]+-)*[A-Za-z]*[A-Z][\w/+-]*$")

_CONNECTIVES = (
    "however|moreover|furthermore|additionally|besides|specifically|particularly|notably|importantly|"
    "interestingly|surprisingly|remarkably|crucially|concretely|formally|technically|methodologically|empirically|"
    "finally|lastly|first|firstly|second|secondly|third|thirdly|next|then|thus|hence|therefore|thereby|"
    "concurrently|simultaneously|subsequently|ultimately|eventually|afterwards|alternatively|in parallel|in "
    "practice|"
    "in essence|at its core|to achieve this|to do so|based on this|building on this|with this|by doing so|"
    "consequently|accordingly|instead|conversely|meanwhile|nevertheless|nonetheless|still|yet|also|overall|"
    "similarly|likewise|indeed|recently|here|herein|hereby|so|and|but|"
    "as a result|as a consequence|as a first step|as such|on the other hand|on the one hand|by contrast|"
    "in (?:addition|contrast|particular|short|summary|conclusion|general|turn|response|brief|fact|other words|"
    "doing so|so doing)|at the same time|to (?:this|that|these) (?:end|ends|aim|purpose|goal)|"
    "(?:for|with) (?:this|that|these) (?:purpose|reason|reasons|in mind|goal|aim|end|objective)s?(?: in mind)?|"
    "in order to do (?:so|this)|to do (?:so|this)|to our knowledge|to the best of our knowledge|"
    "in (?:this|that) (?:regard|respect|direction|context|way|setting|spirit|vein)|"
    "more (?:specifically|precisely|importantly|generally|concretely|broadly)|"
    "for (?:example|instance)|last but not least|unfortunately|fortunately|"
    r"(?:motivated|inspired|driven|guided|encouraged) by (?:this|these|that|the above)(?: \w+){0,3}"
)
_OUR_PAPER = (
    r"(?:in|within|with|through|throughout|for) (?:this|our|the present|the current|the following) "
    rf"(?:\w+ )?{PAPER}"
)
#: These go wherever they open a sentence, as long as a comma or a subject follows.
_LEAD_IN = re.compile(
    rf"(?:(?:{_CONNECTIVES}|{_OUR_PAPER})\s*,\s*(?:and |then )?|"
    rf"(?:{_OUR_PAPER}|here|herein|hence|thus|therefore|then|recently|in doing so|to this end|finally|also|and|"
    rf"but|so)"
    r"\s+(?=(?:we|i|our|it is|this)\b))",
    re.IGNORECASE,
)
#: These say why or by what means; they go only where the authors themselves come after.
_INTRODUCTION = re.compile(
    r"(?:in order to|to|towards?|for (?=\w+ing\b)|motivated|inspired|driven|guided|building|built|based|drawing|"
    r"by|using|leveraging|combining|through|via|because|since|as|while|whereas|although|though|despite|unlike|"
    r"instead of|rather than|in (?:light|view|contrast|addition|response|this|order|an effort|an attempt)|"
    r"beyond|besides|along with|together with|following|recogni[sz]ing|observing|noting|aiming|contrary)\b"
    rf".{{3,260}}?(?<!\band),\s+(?:{_OUR_PAPER},?\s)?(?=(?:we|(?:this|our) {PAPER})\s)",
    re.IGNORECASE | re.DOTALL,
)
_WE_ALSO = re.compile(
    r"^(We|This paper|This work)(?:,? (?:also|then|thus|therefore|hence|further|furthermore|additionally|"
    r"moreover|here|"
    r"hereby|now|next|first|finally|subsequently|instead|consequently|specifically|accordingly|in this (?:paper|"
    r"work)|"
    r"in addition),?)+ (?=\w)"
)
_SOLVES = (
    r"(?:address|resolv|tackl|overcom|solv|mitigat|bridg|fill|alleviat|remed|meet|handl|answer|achiev|accomplish|"
    r"cop(?:e|es|ing) with|deal\w* with|clos|counter|circumvent|remov|reliev|eliminat|reduc|combat|satisf|fulfil|"
    r"avoid|explor|investigat|facilitat|support|study|fix|reconcil|respond\w* to|meet)\w*"
)
#: What a paper is for, said by what stood before: "to address these limitations".
_BACK_REFERENCE = re.compile(
    rf",?\s(?:(?:designed|intended|developed|aimed|aiming|which aims|that aims|tailored|proposed)\s+(?:to|at)|"
    rf"that|which|"
    rf"(?:in order )?to|(?:for|towards?|by))\s(?:\w+ly |jointly )?{_SOLVES}\s(?:all |both |each of )?(?:of )?"
    r"(?:this|these|those|such(?: an?)?|the (?:above|aforementioned))\s(?:[\w-]+\s){0,2}?[\w-]+(?=[.,;]|\s(?:by|"
    r"using|via|through)\s)",
    re.IGNORECASE,
)
#: After these "to" belongs to them: "we aim to close this gap".
_WANTS = re.compile(
    r"\b(?:aims?|aimed|seeks?|tr(?:y|ies)|attempts?|wants?|needs?|able|ways?|how|fails?|helps?|used|proposes?|"
    r"proposed|"
    r"designed|intended|developed|order|required|necessary|possible|difficult|hard|easy|us|it|them|is|are|be|can|"
    r"steps?|allows?|continue|begin|order|potential|ability|attempting|trying|and|or|not)$",
    re.IGNORECASE,
)
#: "We address this issue by introducing", "We aim to close this gap and introduce": what counts comes after.
_ADDRESSES = re.compile(
    rf"^(?P<who>We|This paper|This work)\s(?:also\s|then\s)?(?:(?:aims?|seeks?|attempts?|tr(?:y|ies)|"
    rf"proposes?)\sto\s)?"
    rf"(?:{_SOLVES}|lift\w*|take on|approach\w*|attack\w*|push\w*|relax\w*|break\w*|do(?:es)?|"
    rf"go(?:es)? beyond)\s(?:all |both |each of )?(?:of )?"
    r"(?:this|these|those|such(?: an?)?|the (?:above|aforementioned))\s(?:[\w-]+\s){1,3}?"
    rf"(?:in (?:this|our) {PAPER}\s)?(?:(?:by|through|via)\s(?P<doing>\w+ing)|(?:and|"
    rf"where we)\s(?P<verb>\w+))(?=\s)",
    re.IGNORECASE,
)
_DOES = {
    "introducing": "introduce", "proposing": "propose", "presenting": "present", "developing": "develop",
    "designing": "design", "providing": "provide", "studying": "study", "learning": "learn", "using": "use",
    "training": "train", "combining": "combine", "exploiting": "exploit", "leveraging": "leverage",
    "constructing": "construct", "building": "build", "creating": "create", "formulating": "formulate",
    "evaluating": "evaluate", "analyzing": "analyze", "analysing": "analyse", "exploring": "explore",
    "investigating": "investigate", "extending": "extend", "modeling": "model", "modelling": "model",
    "incorporating": "incorporate", "integrating": "integrate", "employing": "employ", "applying": "apply",
    "adapting": "adapt", "showing": "show", "proving": "prove", "comparing": "compare", "collecting": "collect",
    "defining": "define", "deriving": "derive", "establishing": "establish", "identifying": "identify",
    "demonstrating": "demonstrate", "decomposing": "decompose", "generating": "generate", "adding": "add",
    "augmenting": "augment", "releasing": "release", "conducting": "conduct", "performing": "perform",
    "unifying": "unify", "replacing": "replace", "optimizing": "optimize", "characterizing": "characterize",
}  # fmt: skip
_VERBS = frozenset(_DOES.values())
#: Where a sentence may end early, when its main clause came before.
_CLOSING = re.compile(
    r";\s|\s(?:—|–|---?)\s|:\s|,\s(?:and|while|then)\s(?:we\s)?(?=(?:show|demonstrat|evaluat|find|prov|appl|"
    r"discuss|"
    r"compar|validat|report|analy|present|stud|illustrat|provid|verif|establish|achiev|conduct|releas)\w*\b)|"
    r",\s(?=(?:thereby|thus|hence|allowing|enabling|leading|resulting|achieving|making|yielding|outperforming|"
    r"improving|reducing|providing|demonstrating|showing|ensuring|offering|while|whereas|with|without)\b)|"
    r",\s(?=(?:which|where|whose|who|such as|that|in which|for which|e\.g\.|i\.e\.|including|and therefore|"
    r"and thus|"
    r"but|so that|so)\b)"
)
_MEDIAL = (
    "which",
    "where",
    "whose",
    "who",
    "such",
    "that",
    "in which",
    "for which",
    "e.g",
    "i.e",
    "including",
    "with",
)
_LOSING = ("without", "but")
_SAYS = re.compile(rf"^(?:We|I|(?:This|Our) {PAPER}|Our (?:\w+ ){{1,3}}?)\s?(?:\w+ly )?\w+\s\w+", re.IGNORECASE)
_HOLLOW = re.compile(
    r"\b(?:follow\w*|namely|contributions?|questions?|ways|aspects|results|components|steps|things|stages|"
    r"one|two|three|four|five|six|seven)\b(?:\s\w+)?$",
    re.IGNORECASE,
)
_MAY_SHRINK = 6  #: words that an early end must leave


def tidy(sentence: str) -> str:
    r"""A sentence without labels, citations and TeX's styles: ``\textbf{new} \cite{x}`` is ``new``."""
    text = _LABEL.sub("", sentence)
    if "\\" in text or "[" in text:
        text = _DECLARED.sub(r"\1", _STYLED.sub(r"\1", _CITATION.sub("", text)))
    if "``" in text and "''" in text:
        text = text.replace("``", "“").replace("''", "”")
    return text.strip()


def find_candidates(sentence: str) -> list[str]:
    """The texts that can stand for a sentence, longest first; the first is the sentence without its lead-in."""
    whole = drop_asides(strip_lead_in(tidy(sentence)))
    found = [whole]
    short = capitalize(_INTRODUCTION.sub("", whole, count=1)) if _introduces(whole) else whole
    found.append(_drop_also(strip_lead_in(short)))
    found.append(drop_back_reference(say_directly(found[-1])))
    found += _end_early(found[-1])
    return list(dict.fromkeys(text for text in found if text))[:MAX_CANDIDATES]


def strip_lead_in(text: str) -> str:
    """A sentence from where it begins to say something, with a capital."""
    rest = text
    for _ in range(3):
        found = _LEAD_IN.match(rest)
        if not found or found.end() == len(rest):
            break
        rest = rest[found.end() :]
    return _drop_also(capitalize(rest)) if rest is not text else _drop_also(text)


def drop_asides(text: str) -> str:
    """A sentence without what stands in parentheses; an acronym that is used again and list marks keep theirs."""
    if "(" not in text:
        return text
    formulas = [found.span() for found in _FORMULA.finditer(text)]
    kept: list[str] = []
    last = 0
    for aside in _ASIDE.finditer(text):
        inside = aside["inside"].strip()
        within = any(start < aside.end("before") < end for start, end in formulas)
        if within or inside.count("$") % 2 or _is_said(inside, aside["before"]) or _is_used(inside, text):
            continue
        kept.append(text[last : aside.end("before")])
        last = aside.end()
    kept.append(text[last:])
    dropped = re.sub(r"\s+([,.;:!?])", r"\1", " ".join("".join(kept).split())) if last else text
    return dropped if is_balanced(dropped) or not is_balanced(text) else text


def _is_used(inside: str, text: str) -> bool:
    return bool(_ACRONYM.match(inside)) and len(re.findall(rf"(?<!\w){re.escape(inside.rstrip('s'))}", text)) > 1


def say_directly(text: str) -> str:
    """What is done about "this issue", without it: "We address this issue by proposing X" is "We propose X"."""
    found = _ADDRESSES.match(text)
    if not found:
        return text
    verb = _DOES.get((found["doing"] or "").lower()) or (found["verb"] or "").lower()
    by_paper = not found["who"].lower().startswith("we")
    base = verb.removesuffix("s") if by_paper and found["verb"] else verb
    if base not in _VERBS:
        return text
    return "We " + base + text[found.end() :]


def drop_back_reference(text: str) -> str:
    """A sentence without the clause that says by pointing back what the work is good for."""
    found = _BACK_REFERENCE.search(text)
    if not found or _WANTS.search(text[: found.start()]) or len(text[: found.start()].split()) < _MAY_SHRINK - 1:
        return text
    return text[: found.start()] + text[found.end() :]


def _is_said(inside: str, before: str) -> bool:
    """Whether what stands in parentheses is no aside: list marks, numbers, what a preposition introduces."""
    counts = re.fullmatch(r"\d{1,2}|[ivx]{1,4}|[a-h]", inside)
    return bool(counts) or not re.search(r"[^\W\d_]{2}", inside) or before.lower() in _INTRODUCERS


def _introduces(text: str) -> bool:
    found = _INTRODUCTION.match(text)
    return bool(found and is_balanced(found.group()))


def _drop_also(text: str) -> str:
    return _WE_ALSO.sub(r"\1 ", text)


def capitalize(text: str) -> str:
    """A first letter's capital; words like ``eBPF``, ``k-means`` in maths and names with capitals inside stay."""
    first = re.match(r"[a-zà-ÿа-я][^\s]*", text)
    if not first or any(sign.isupper() for sign in first.group()):
        return text
    return text[0].upper() + text[1:]


def _end_early(text: str) -> list[str]:
    """The sentence ended where a closing clause begins, wherever what is left still is a sentence."""
    if not _SAYS.match(text):
        return []
    ended = []
    for closing in _CLOSING.finditer(text):
        left, right = text[: closing.start()].rstrip(",;: "), text[closing.end() :]
        if len(left.split()) < _MAY_SHRINK or not is_balanced(left):
            continue
        if _is_needed(closing.group().strip(" ,"), left, right):
            continue
        candidate = left + "."
        if not find_faults(candidate):
            ended.append(candidate)
    return ended[::-1]


def _is_needed(mark: str, left: str, right: str) -> bool:
    """Whether a closing clause turns out to be none: one in the middle, one that takes back, one that counts up."""
    if right.startswith(_LOSING):
        return True
    if right.startswith(_MEDIAL) and "," in right:
        return True
    if right.startswith(("with ", "while ")):
        return bool(re.search(r"\b(?:that|how|whether|when|if)\b", left))
    if mark == ":":
        return bool(_HOLLOW.search(left)) or bool(re.search(r"\b(?:two|three|four|five|following)\b", left))
    if mark and mark in "—–---":
        return bool(re.search(r"\s(?:—|–|---?)\s", right)) or bool(re.search(r"\s(?:—|–|---?)\s", left))
    if re.search(r"\b(?:if|when|whether|because|while|although|unless)\b", left) and mark != ";":
        return True
    return mark != ";" and not right.startswith("we ") and bool(re.search(r"\bthat\b[^,]*$", left)) and "," in right
