"""The rule that made tldrs before the ranker (``cue-1``), as a peer: cue phrases and places, set by hand on dev."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feeds.query import words
from workers.enrichment.embedded.sentences import in_formula, split_sentences

MAX_WORDS = 60

_DOES = (
    r"(?:propos|present|introduc|develop|describ|devis|design|suggest|build|formulat|demonstrat|show|prov|deriv|"
    r"establish|stud|investigat|explor|examin|analy[sz]|address|report|provid|consider|construct|offer|releas|"
    r"revisit|survey|review|measur|evaluat|compar|find|discover|identif|creat|creates|extend|generali[sz]|obtain)"
)
_WORK = r"(?:paper|work|article|study|report|letter|thesis|survey|note|review|manuscript|contribution)"
_MIDDLE = r"(?:\w+ly |also |then |here |now |thus |therefore )?"
_CUES: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), weight)
    for pattern, weight in (
        (rf"\b(?:in|with) (?:this|the present|our) {_WORK}\b", 1.5),
        (rf"\b(?:this|our|the present) {_WORK} (?:\w+ )?{_DOES}", 1.5),
        (rf"\bwe {_MIDDLE}(?:propose|present|introduce|develop|devise)\b", 1.5),
        (rf"\bwe {_MIDDLE}{_DOES}", 0.8),
        (r"\b(?:is|are) (?:\w+ly )?(?:proposed|presented|introduced|developed|studied|investigated)\b", 0.8),
        (r"^(?:here|herein),? we\b", 0.8),
        (r"\b(?:novel|new)\b", 0.3),
    )
)
#: Sentences that lean on what was said before them.
_LEANING = re.compile(
    r"^(?:however|but|yet|moreover|furthermore|additionally|in addition|besides|also|finally|then|thus|hence|"
    r"therefore|consequently|as a result|specifically|in particular|for example|for instance|similarly|meanwhile|"
    r"this|these|those|it|they|such|its|their|both|here)\b"
    r"(?!,? we\b| (?:paper|work|article|study|survey|thesis)\b)",
    re.IGNORECASE,
)
_SUPPORT = re.compile(
    r"\b(?:experiment(?:s|al)?|code (?:is|are|and)|available at|github|https?:|our results|results (?:show|on)|"
    r"outperform\w*)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"""^["'“‘(\[{$\\]*[^\Wa-z_].*[.!?。！？]["'”’)\]}$]*$""", re.DOTALL)
_CLAUSE = re.compile(r"[,;:—–]\s")
_WEIGHTS = {"cue": 1.0, "title": 3.0, "last": -0.5, "leaning": -0.8, "support": -0.8}
_TARGET_WORDS = 26
#: Ten times what arXiv allows an abstract; what comes after is not read.
_MAX_CHARACTERS = 20_000


def pick_tldr(title: str, abstract: str) -> str | None:
    """One whole sentence of the abstract, at most 60 words; None where there is no abstract.

    A sentence longer than that is ended at one of its own clauses, and only when no shorter one will do.
    """
    sentences = [
        sentence
        for sentence in split_sentences(abstract[:_MAX_CHARACTERS])
        if any(sign.isalnum() for sign in sentence)
    ]
    if not sentences:
        return None
    whole = [at for at, sentence in enumerate(sentences) if _is_whole(sentence)]
    if not whole:
        return _shorten(sentences[0])
    topic = {word for word in _stems(title) if len(word) > 2}
    return max(
        (sentences[at] for at in whole),
        key=lambda sentence: _score(sentence, sentences, topic),
    )


def _is_whole(sentence: str) -> bool:
    return _is_balanced(sentence) and len(sentence.split()) <= MAX_WORDS and bool(_WHOLE.match(sentence))


def _is_balanced(text: str) -> bool:
    """Whether all formulas and brackets that it opens are closed."""
    pairs = (("(", ")"), ("[", "]"), ("{", "}"))
    return not in_formula(text) and all(text.count(opened) == text.count(closed) for opened, closed in pairs)


def _score(sentence: str, sentences: Sequence[str], topic: set[str]) -> float:
    at, last = sentences.index(sentence), len(sentences) - 1
    length = len(sentence.split())
    features = {
        "cue": min(sum(weight for cue, weight in _CUES if cue.search(sentence)), 3.0),
        "title": len(topic & set(_stems(sentence))) / len(topic) if topic else 0.0,
        "last": float(at == last and last > 0),
        "leaning": float(bool(_LEANING.match(sentence))),
        "support": float(bool(_SUPPORT.search(sentence))),
    }
    too_far = abs(length - _TARGET_WORDS) / _TARGET_WORDS
    return sum(_WEIGHTS[name] * value for name, value in features.items()) - 0.5 * too_far - 0.02 * at


def _stems(text: str) -> list[str]:
    """Words folded and cut to what singular, plural and most inflections share."""
    return [word.folded[:6] for word in words.split(text)]


def _shorten(sentence: str) -> str:
    """End a text that has no short whole sentence: at a clause within the limit, or at its last word there."""
    parts = sentence.split()
    if len(parts) <= MAX_WORDS:
        return sentence
    within = " ".join(parts[:MAX_WORDS])
    clauses = [within[: clause.start()].rstrip() for clause in _CLAUSE.finditer(within + " ")]
    whole = [clause for clause in clauses if len(clause) > len(within) // 3 and _is_balanced(clause)]
    return whole[-1] + "." if whole else within.rstrip(",;:—–") + "…"
