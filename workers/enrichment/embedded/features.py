"""What the models see of an abstract: numbers and phrases, by name. Training and running read the same."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from workers.enrichment.embedded.cues import find_cues, find_openings

Features = dict[str, float]

#: The models' own tokens: they change only together with the models, whatever a query's words become.
_TOKEN = re.compile(r"[^\W_]+")
_STOP_WORDS = frozenset(
    {
        "a", "an", "the", "of", "to", "for", "in", "on", "at", "by", "with", "from", "into", "and", "or", "nor",
        "but", "as", "that", "which", "whose", "than", "via", "is", "are", "was", "were", "be", "been", "we",
        "our", "their", "its", "it", "this", "these", "those", "can", "may", "not", "also", "such", "has",
        "have", "had", "i", "you", "they", "he", "she", "do", "does", "so", "if", "then", "when", "where",
        "while", "how", "what", "who", "there", "between", "both", "more", "most", "other", "some", "any",
        "each", "using", "used", "use", "based", "show", "paper",
    }
)  # fmt: skip
_STEM = 6
_ENGLISH = 0.2


@dataclass(frozen=True, slots=True)
class Document:
    """A title and the sentences of an abstract, read once for all their candidates."""

    title: Counter[str]  #: stems
    title_pairs: frozenset[tuple[str, str]]
    sentences: Sequence[str]
    whole: Counter[str]  #: stems of all sentences
    norm: float
    says: Sequence[frozenset[str]]  #: cues by sentence
    opens: Sequence[frozenset[str]]  #: openings by sentence


def tokenize(text: str) -> list[str]:
    """Words as the models know them, in lower case."""
    return _TOKEN.findall(text.lower())


def is_english(sentences: Sequence[str]) -> bool:
    """Whether a fifth of the words are among English's most frequent; German and French stay far below."""
    tokens = [token for sentence in sentences for token in tokenize(sentence)]
    return sum(token in _STOP_WORDS for token in tokens) >= _ENGLISH * len(tokens) > 0


def read_document(title: str, sentences: Sequence[str]) -> Document:
    """Read an abstract once; a blank title gives no features of titles."""
    stems = _stems(tokenize(title))
    whole: Counter[str] = Counter()
    for sentence in sentences:
        whole.update(_stems(tokenize(sentence)))
    english = is_english(sentences)
    return Document(
        title=Counter(stems),
        title_pairs=frozenset(pairwise(stems)),
        sentences=sentences,
        whole=whole,
        norm=math.sqrt(sum(count * count for count in whole.values())),
        says=[find_cues(sentence, english=english) for sentence in sentences],
        opens=[find_openings(sentence) for sentence in sentences],
    )


def describe_sentence(document: Document, at: int) -> Features:
    """What all candidates of a sentence share: its place, and what it and its neighbours do."""
    last = len(document.sentences) - 1
    features: Features = {
        "place": at / last if last else 0.0,
        "early": 1 / (1 + at),
        f"at {min(at, 7)}": 1.0,
        f"from end {min(last - at, 4)}": 1.0,
        f"at {min(at, 5)} of {min(last, 9)}": 1.0,
    }
    for name in document.says[at]:
        features[f"cue {name}"] = 1.0
    for name in document.opens[at]:
        features[f"opens {name}"] = 1.0
    for step in (-1, 1):
        beside = at + step
        side = "before" if step < 0 else "after"
        if 0 <= beside <= last:
            for name in document.says[beside]:
                features[f"{side} {name}"] = 1.0
            for name in document.opens[beside]:
                features[f"{side} opens {name}"] = 1.0
    for name in ("propose", "this paper", "this paper says", "is proposed", "we", "show", "study"):
        if name in document.says[at]:
            earlier = sum(name in document.says[other] for other in range(at))
            features[f"first to {name}" if not earlier else f"again {name}"] = 1.0
            if not earlier and not any(name in document.says[other] for other in range(at + 1, last + 1)):
                features[f"only to {name}"] = 1.0
    return features


def describe_candidate(document: Document, shared: Features, candidate: str) -> Features:
    """What a candidate adds to its sentence's features: length, words, how much of title and abstract it holds."""
    tokens = tokenize(candidate)
    features = dict(shared)
    words = len(tokens)
    for knot in (6, 10, 14, 18, 22, 26, 30, 36, 45):
        features[f"over {knot} words"] = max(0.0, words - knot) / 10
    features["words"] = words / 10
    _add_overlap(features, document, _stems(tokens))
    _add_phrases(features, tokens)
    if "," in candidate:
        features["commas"] = candidate.count(",") / 3
    return features


def _add_overlap(features: Features, document: Document, stems: Sequence[str]) -> None:
    own = Counter(stem for stem in stems)
    norm = math.sqrt(sum(count * count for count in own.values())) or 1.0
    dot = sum(count * document.whole[stem] for stem, count in own.items())
    features["central"] = dot / norm / (document.norm or 1.0)
    features["content"] = len(own) / 10
    if not document.title:
        return
    shared = sum((own & document.title).values())
    recall, precision = shared / sum(document.title.values()), shared / max(1, len(stems))
    features["title recall"] = recall
    features["title precision"] = precision
    features["title f"] = 2 * recall * precision / (recall + precision) if shared else 0.0
    pairs = set(pairwise(stems))
    features["title pairs"] = len(pairs & document.title_pairs) / max(1, len(document.title_pairs))
    features["title whole"] = float(recall > 0.8)
    features["title none"] = float(shared == 0)


def _add_phrases(features: Features, tokens: Sequence[str]) -> None:
    masked = ["0" if token[0].isdigit() else token for token in tokens]
    for token in masked:
        features[f"w {token}"] = 1.0
    for first, second in pairwise(masked):
        features[f"w {first} {second}"] = 1.0
    if masked:
        features[f"^ {masked[0]}"] = 1.0
    if len(masked) > 1:
        features[f"^ {masked[0]} {masked[1]}"] = 1.0
    if len(masked) > 2:
        features[f"^ {masked[0]} {masked[1]} {masked[2]}"] = 1.0


def _stems(tokens: Sequence[str]) -> list[str]:
    """Words that carry something, cut to what singular, plural and most inflections share."""
    return [token[:_STEM] for token in tokens if token not in _STOP_WORDS]
