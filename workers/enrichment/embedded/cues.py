"""Phrases by which sentences of an abstract say what they are for: features of both models."""

from __future__ import annotations

import re

from workers.enrichment.embedded.readability import PAPER

#: Cues that cannot be there without this word.
_NEEDED = {
    "propose": "we ",
    "show": "we ",
    "study": "we ",
    "use": "we ",
    "we": "we",
    "our": "our",
    "our results": "our ",
}
_ALSO = r"(?:\w+ly |also |then |here |now |thus |therefore |further |first )?"

#: What other languages say for "we propose".
_ELSEWHERE = re.compile(
    r"本文|提出|我们(?:介绍|研究|证明|展示|给出)|提案|本研究|本論文|"
    r"\bnous (?:proposons|présentons|étudions|montrons|introduisons|décrivons|prouvons)|\bcet article\b|"
    r"\bwir (?:zeigen|präsentieren|untersuchen|stellen|beweisen|schlagen|entwickeln)|\bin dieser arbeit\b|"
    r"\b(?:proponemos|presentamos|estudiamos|mostramos|introducimos|propomos|apresentamos|estudamos|mostramos)\b|"
    r"\beste (?:artículo|trabajo|artigo)\b|\b(?:proponiamo|presentiamo|studiamo|mostriamo|dimostriamo)\b|"
    r"мы (?:предлагаем|представляем|изучаем|показываем|доказываем)|в (?:данной )?(?:работе|статье)\b|предлагается"
)
_ACRONYM = re.compile(r"\b[A-Z][A-Za-z]*[A-Z]")

#: For texts in lower case.
CUES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "propose": rf"\bwe {_ALSO}(?:propose|present|introduce|develop|devise|design|suggest|formulate)\b",
        "show": rf"\bwe {_ALSO}(?:show|demonstrate|find|prove|establish|observe|discover|argue|identify|report|"
        rf"reveal|"
        r"obtain|derive|conclude|illustrate|verify|validate|confirm|achieve)\b",
        "study": rf"\bwe {_ALSO}(?:study|investigate|explore|examine|analy[sz]e|consider|address|tackle|describe|"
        r"revisit|review|survey|focus|aim|look|ask|discuss|compare|evaluate|explain)\b",
        "use": rf"\bwe {_ALSO}(?:use|apply|employ|adopt|train|extend|combine|leverage|adapt|build|construct|"
        rf"create|"
        r"provide|conduct|perform|implement|release|test|define|collect|generali[sz]e|learn|utili[sz]e|make)\b",
        "we": r"\bwe\b",
        "our": r"\bour\b",
        "this paper": rf"\b(?:this|the present|our) {PAPER}\b",
        "this paper says": rf"\b(?:this|the present|our) {PAPER} (?:\w+ )?(?:propos|present|introduc|develop|"
        rf"describ|"
        r"stud|investigat|explor|examin|show|prov|address|provid|analy|report|review|survey|demonstrat|offer|"
        r"aim|focus)",
        "is proposed": r"\b(?:is|are) (?:\w+ly )?(?:proposed|presented|introduced|developed|studied|investigated|"
        r"described|considered|proved|derived|shown|obtained|given|discussed|established)\b",
        "new": r"\b(?:novel|new)\b",
        "method": r"\b(?:method|approach|framework|algorithm|model|architecture|technique|system|procedure|"
        r"scheme)s?\b",
        "called": r"\b(?:called|named|dubbed|termed|which we call|that we call|namely|referred to as)\b",
        "experiments": r"\b(?:experiment|evaluation|empirical|simulation|benchmark|dataset|data set)\w*\b",
        "outperforms": r"\b(?:outperform|state.of.the.art|superior|better than|improv|achiev|surpass|competitive|"
        r"significant|effective)\w*",
        "our results": r"\bour (?:\w+ )?(?:results?|experiments?|findings?|evaluations?|analys[ei]s|method|"
        r"approach|model)\b",
        "code": r"\b(?:code|software|implementation)s? (?:is|are|will|and|can|at|for)\b|\bavailable (?:at|"
        r"online)\b|https?:",
        "trouble": r"\b(?:however|unfortunately|although|despite|challeng\w*|difficult\w*|problem|limited|"
        r"limitations?|"
        r"suffer\w*|fail\w*|lack\w*|remains?|hard|costly|expensive|poorly|unclear)\b",
        "recently": r"\b(?:recent(?:ly)?|in recent years|have been|has been|widely|typically|traditional\w*|"
        r"existing|"
        r"previous|prior|commonly|often|most|many|popular|success\w*|crucial|important)\b",
        "example": r"\b(?:for (?:example|instance)|e\.g\.|such as)",
        "that": r"\bthat\b",
        "passive by": r"\b(?:is|are|was|were|been) \w+ed by\b",
        "can": r"\b(?:can|may|could|might|allows?|enables?)\b",
        "purpose": r"\b(?:to|for) \w+(?:ing)?\b",
        "past": r"\b(?:was|were|had|found|showed|used|compared|performed|conducted|developed|investigated|"
        r"obtained)\b",
        "future": r"\b(?:future|open (?:problem|question)|implication|conclu\w*|suggest\w*|discuss\w*)\b",
        "number": r"(?<![\w.])\d+(?:\.\d+)?\s?(?:%|percent|\\%|x\b|×|times\b|points\b)",
        "digit": r"\d",
        "formula": r"\$",
        "comma": r",",
        "semicolon": r";",
        "colon": r":",
        "dash": r"—|–|---?",
        "question": r"\?",
    }.items()
}
#: How a sentence opens, in lower case.
OPENINGS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "we": r"we\b",
        "our": r"our\b",
        "this paper": rf"(?:in )?(?:this|the present|our) {PAPER}\b",
        "in this": r"in this\b|here\b",
        "leaning": r"(?:this|these|those|it|they|such|its|their|both|the (?:proposed|resulting|former|latter))\b",
        "on": r"(?:moreover|furthermore|additionally|in addition|also|finally|then|besides|further|lastly|"
        r"second)\b",
        "but": r"(?:however|but|yet|although|while|despite|unfortunately|nevertheless|nonetheless|unlike)\b",
        "so": r"(?:thus|hence|therefore|consequently|as a result|to (?:this end|address|tackle|solve|overcome)|"
        r"motivated|"
        r"inspired|based on|in order to)\b",
        "more": r"(?:specifically|in particular|for example|for instance|more|concretely|first|namely)\b",
        "experiments": r"(?:extensive |our |the )?(?:experiment|result|evaluation|empirical|numerical|"
        r"simulation)\w*",
        "article": r"(?:a|an|the)\b",
    }.items()
}


def find_cues(sentence: str, *, english: bool) -> frozenset[str]:
    """The names of the cues in a sentence; one that proposes in another language proposes."""
    lower = sentence.lower()
    found = {name for name, cue in CUES.items() if _NEEDED.get(name, "") in lower and cue.search(lower)}
    if _ACRONYM.search(sentence):
        found.add("acronym")
    if not english and _ELSEWHERE.search(lower):
        found.add("propose")
    return frozenset(found)


def find_openings(sentence: str) -> frozenset[str]:
    """The names of the ways in which a sentence opens."""
    start = sentence[:60].lower()
    return frozenset(name for name, opening in OPENINGS.items() if opening.match(start))
