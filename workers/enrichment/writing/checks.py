"""The rules that a model's summary must pass before it is kept: each has a name, and tells the model what is wrong.

Pure: a draft in, faults out. What fails is told to the model once and then replaced (PRODUCT.md, section 5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from feeds.model.summaries import Data, Kind
from feeds.text import squeeze
from workers.enrichment.embedded.sentences import split_sentences
from workers.enrichment.writing import grounding, languages
from workers.enrichment.writing.contracts import CONTRACTS, Limit

#: The rule of a reply that is no data of its kind at all.
SCHEMA = "schema"
#: The rule of a reply that refuses; no second try follows.
REFUSAL = "refusal"


@dataclass(frozen=True)
class Fault:
    """A rule that a draft breaks."""

    rule: str
    problem: str  #: for the model, in English


@dataclass(frozen=True)
class Draft:
    """A summary that is to be judged, with the text it must be grounded in."""

    kind: Kind
    language: str
    data: Data
    title: str  #: as it was sent
    source: str  #: as it was sent
    prompt: str = ""  #: what the model was told
    nonce: str = ""  #: of the marks around the paper

    @cached_property
    def texts(self) -> list[tuple[str, str]]:
        """Each text of the data with the name of its field."""
        if isinstance(self.data, str):
            return [(CONTRACTS[self.kind].fields[0], self.data)]
        if isinstance(self.data, dict):
            return list(self.data.items())
        return [(CONTRACTS[self.kind].fields[0], point) for point in self.data]

    @cached_property
    def whole(self) -> str:
        return "\n".join(text for _, text in self.texts)

    @cached_property
    def sent(self) -> str:
        return f"{self.title}\n{self.source}"


Rule = Callable[[Draft], str | None]


def find_faults(draft: Draft) -> list[Fault]:
    """Everything that is wrong with a draft, in the rules' order.

    A draft that says nothing, or refuses, is judged by nothing else.
    """
    faults: list[Fault] = []
    for name, rule in RULES.items():
        if problem := rule(draft):
            faults.append(Fault(name, problem))
            if name in _FINAL:
                break
    return faults


_FINAL = ("blank", "placeholder", REFUSAL)


def blank(draft: Draft) -> str | None:
    """Every text says something."""
    if not draft.texts:
        return "the list is empty"
    empty = [name for name, text in draft.texts if not any(sign.isalnum() for sign in text)]
    return f'"{empty[0]}" holds no words' if empty else None


_PLACEHOLDER = re.compile(
    r"^\W*(?:n/?a|none|null|nil|unknown|undefined|todo|tbd|tba|empty|string|text|summary|tldr|lorem ipsum.*|"
    r"not (?:available|provided|applicable|specified|mentioned|stated)(?: in the (?:text|abstract|paper))?|"
    r"no (?:information|summary|abstract|text|data)(?: (?:is |was )?(?:available|provided|given))?|"
    r"insufficient information|无|暂无|未知|没有|未提及|未提供|不适用|待定|略|无法总结|なし|不明|없음)\W*$|"
    r"\[(?:insert|your|summary|title|text)\b|<(?:insert|your|summary|text)\b|\.\.\.$|……$",
    re.IGNORECASE,
)


def placeholder(draft: Draft) -> str | None:
    """No text only stands for one."""
    found = [name for name, text in draft.texts if _PLACEHOLDER.search(text.strip())]
    return f'"{found[0]}" is a placeholder or breaks off' if found else None


_REFUSAL = re.compile(
    r"^\W*(?:i(?:'|’)?m (?:very )?sorry|sorry\b|my apologies|i apologi[sz]e|unfortunately,? i\b|"
    r"i (?:can(?:no|')?t|can’t|am unable|am not able|won't|will not|must decline|do not have|don't have)\b|"
    r"i'm (?:unable|not able)\b|"
    r"as an? (?:ai|artificial intelligence|large language model|language model|assistant)\b|"
    r"(?:很|非常|十分)?(?:抱歉|对不起|对不住|遗憾)|我(?:无法|不能|没有办法|不便)|作为(?:一个|一名)?(?:ai|人工智能|大?语言模型|助手)|"
    r"申し訳|すみません|죄송)|"
    r"\bas an (?:ai|artificial intelligence) (?:language )?(?:model|assistant|system),? i\b|"
    r"\bi (?:cannot|can't|am unable to) (?:summari[sz]e|help|assist|comply|provide|fulfil|translate)|"
    r"(?:无法|不能)(?:为您|为你|满足|完成|提供|处理)(?:.{0,12})(?:请求|要求|摘要|总结|翻译|帮助)",
    re.IGNORECASE,
)


def refusal(draft: Draft) -> str | None:
    """The model does not speak of itself instead of the paper."""
    refused = any(is_refusal(text) for _, text in draft.texts)
    return "it refuses, or speaks of the assistant instead of the paper" if refused else None


def is_refusal(text: str) -> bool:
    """Whether a text, data or not, is a model's refusal."""
    return bool(_REFUSAL.search(text.strip()))


def parts(draft: Draft) -> str | None:
    """A list has as many points as its contract says."""
    bounds = CONTRACTS[draft.kind].points
    if bounds is None or bounds[0] <= len(draft.data) <= bounds[1]:
        return None
    return f"the list has {len(draft.data)} points; {bounds[0]} to {bounds[1]} are wanted"


def length(draft: Draft) -> str | None:
    """No text is longer than its limit."""
    limits = CONTRACTS[draft.kind].limits
    unit = "characters" if languages.counts_characters(draft.language) else "words"
    for name, text in draft.texts:
        size, most = measure(text, draft.language), limits[name].of(draft.language)
        if size > most:
            return f'"{name}" has {size} {unit}; at most {most} are allowed'
    return None


_SPACED_FORMULA = re.compile(r"\$[^$]*\$")


def measure(text: str, language: str) -> int:
    """How long a text is, in its language's unit; a formula is one word, but all of its characters."""
    if languages.counts_characters(language):
        return len(text)
    return len(_SPACED_FORMULA.sub("x", text).split())


def fits(text: str, limit: Limit, language: str) -> bool:
    return measure(text, language) <= limit.of(language)


_ENDED = re.compile(r"""[.!?。！？…।؟]["'”’」』）)\]}$]*$""")
#: Scripts whose sentences need no stop of ours.
_UNSTOPPED = ("th",)


def sentence(draft: Draft) -> str | None:
    """Texts are whole sentences; a tldr or a point is one. A translation ends as its original does."""
    if draft.kind is Kind.TRANSLATION and not _ENDED.search(draft.source):
        return None
    for name, text in draft.texts:
        if languages.primary(draft.language) not in _UNSTOPPED and not _ENDED.search(text):
            return f'"{name}" does not end with a full stop'
        if CONTRACTS[draft.kind].one_sentence and len(split_sentences(text)) > 1:
            return f'"{name}" must be one sentence'
        first = text.split()[0]
        if first.isascii() and first.isalpha() and first.islower():  # names like vLLM and k-means may start small
            return f'"{name}" does not start with a capital letter'
    return None


def language(draft: Draft) -> str | None:
    """Each text is in the language that was asked for."""
    wrong = [name for name, text in draft.texts if not languages.is_in(text, draft.language)]
    return f'"{wrong[0]}" is not in {languages.name_of(draft.language)}' if wrong else None


_MARKS = re.compile(r"<{2,}\s*/?(?:DOC|END)\b|<\|[^|>]{0,40}\|>|</?think>|\[/?INST\]|<</?SYS>>", re.IGNORECASE)


def prompt_copy(draft: Draft) -> str | None:
    """Nothing of the prompt or its marks stands in it."""
    if _MARKS.search(draft.whole) or (draft.nonce and draft.nonce in draft.whole):
        return "it holds the marks around the paper"
    copied = (_runs(draft.whole) & _runs(draft.prompt)) - _runs(draft.sent)
    return "it repeats these instructions" if copied else None


#: As many words, or characters of a script without spaces, that two texts share by no chance.
_RUN = 8
_PIECE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def _runs(text: str, size: int = _RUN) -> set[tuple[str, ...]]:
    pieces = _PIECE.findall(text.lower())
    return {tuple(pieces[at : at + size]) for at in range(len(pieces) - size + 1)}


_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s+(?:all|any|the|your|these|those|previous|prior|above|preceding|earlier)"
    r"\b.{0,30}\b(?:instructions?|prompts?|guidelines)\b|"
    r"\b(?:note|notice|attention|message)s?,? (?:to|for) (?:the |all |any )?"
    r"(?:ai|llm|language model|(?:ai |llm )?reviewer|assistant|chatbot)s?\b|"
    r"\bif you are an? (?:ai|llm|large language model|language model|assistant|chatbot|reviewer)\b|"
    r"\b(?:accept|recommend accepting|strong(?:ly)? accept)\b.{0,20}\bth(?:is|e) (?:paper|manuscript|submission)\b|"
    r"\bgive an? (?:only )?(?:positive|favou?rable|high)[a-z ]{0,20}\b(?:review|score|rating|recommendation)\b|"
    r"\bdo not (?:mention|highlight) any (?:negatives?|weakness(?:es)?)\b|"
    r"(?:忽略|无视|忘记)(?:之前|以上|上述|前面|所有|一切).{0,8}(?:指令|提示|要求|规则)|致(?:AI|审稿人|模型|助手)|"
    r"请(?:接收|录用|接受)(?:本文|这篇|该论文)",
    re.IGNORECASE,
)


def find_orders(source: str) -> list[str]:
    """The sentences of a text that speak to whoever summarizes it; for the log, and to be kept out of summaries."""
    if not _ORDER.search(source):
        return []
    return [found for found in split_sentences(source) if _ORDER.search(found)]


def obedience(draft: Draft) -> str | None:
    """Nothing in it does, or repeats, what the paper orders its summarizer to do."""
    if _ORDER.search(draft.whole):
        return "it holds an order or a note to readers, reviewers or AI systems; leave that out"
    orders = find_orders(draft.sent)
    if not orders:
        return None
    elsewhere = _runs(" ".join(found for found in split_sentences(draft.sent) if found not in orders), 4)
    dictated = _runs(draft.whole, 4) & (_runs(" ".join(orders), 4) - elsewhere)
    return "it repeats what a note to its summarizer dictates; leave that out" if dictated else None


def formulas(draft: Draft) -> str | None:
    """Formulas are the source's own, and a translation keeps all of them."""
    if foreign := grounding.foreign_formulas(draft.whole, draft.sent):
        return f"this formula is not in the text: {_quote(foreign[0])}"
    if draft.kind is Kind.TRANSLATION and (lost := grounding.missing_formulas(draft.whole, draft.source)):
        return f"this formula is missing: {_quote(lost[0])}"
    return None


def numbers(draft: Draft) -> str | None:
    """Every number stands in the text that was sent."""
    comma = languages.writes_decimal_comma(draft.language)
    foreign = grounding.foreign_numbers(draft.whole, draft.sent, decimal_comma=comma)
    return f"these numbers are not in the text: {', '.join(foreign[:5])}" if foreign else None


def metrics(draft: Draft) -> str | None:
    """Every named metric stands in the text that was sent."""
    foreign = grounding.foreign_metrics(draft.whole, draft.sent)
    return f"these metrics are not in the text: {', '.join(foreign[:5])}" if foreign else None


def links(draft: Draft) -> str | None:
    """No address is new."""
    return (
        "it holds an address that is not in the text" if grounding.foreign_links(draft.whole, draft.sent) else None
    )


_MARKUP = re.compile(
    r"</?(?:p|b|i|a|br|div|span|ul|ol|li|em|strong|script|img|sub|sup|h[1-6]|table|code|pre)\b[^<>]{0,200}>|"
    r"\*\*[^*]+\*\*|__[^_]+__|(?:^|\n)\s*#{1,6} |(?:^|\n)\s*(?:[-*•]|\(?\d{1,2}[.)、])\s|```|"
    r"!?\[[^\]\n]*\]\([^)\n]*\)|"
    r"(?:^|\n)\s*[\"'“]?(?:tl;?dr|summary|abstract|摘要|总结)\s*[:：]",
    re.IGNORECASE,
)


def markup(draft: Draft) -> str | None:
    """Plain text, without labels and list marks; a translation may keep the original's."""
    found = [mark for _, text in draft.texts for mark in _find_marks(text)]
    if draft.kind is Kind.TRANSLATION:
        own = {_shape(mark) for mark in _find_marks(draft.source)}
        found = [mark for mark in found if _shape(mark) not in own]
    return f"it holds markup, a label or a list mark: {_quote(found[0])}" if found else None


def _find_marks(text: str) -> list[str]:
    return [mark[0] for mark in _MARKUP.finditer(_SPACED_FORMULA.sub("x", text))]


def _shape(mark: str) -> str:
    """A mark without the words in it."""
    return "".join(sign for sign in mark if not sign.isalnum() and not sign.isspace())


def repeats(draft: Draft) -> str | None:
    """Nothing is said twice, and no text is the title."""
    bare = [_bare(text) for _, text in draft.texts]
    if len(set(bare)) < len(bare):
        return "two of its texts are the same"
    if any(text == _bare(draft.title) for text in bare):
        return "it only repeats the title"
    for _, text in draft.texts:
        pieces = _PIECE.findall(text.lower())
        runs = [tuple(pieces[at : at + 6]) for at in range(len(pieces) - 5)]
        if len(runs) - len(set(runs)) > 3 + len(runs) // 10:
            return "it says the same again and again"
    return None


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


#: A translation's length in characters, as a share of the original's: into scripts without spaces, and others.
_DENSE, _LOOSE = (0.15, 0.8), (0.5, 2.0)


def completeness(draft: Draft) -> str | None:
    """A translation is about as long as what it translates."""
    if draft.kind is not Kind.TRANSLATION or len(draft.source) < 100:
        return None
    least, most = _DENSE if languages.counts_characters(draft.language) else _LOOSE
    share = len(draft.whole) / len(squeeze(draft.source))
    if least <= share <= most or languages.is_in(draft.source, draft.language):
        return None
    return "it is much shorter than the abstract" if share < least else "it is much longer than the abstract"


#: Every rule by the name that is kept with what failed, in the order of judgement.
RULES: dict[str, Rule] = {
    "blank": blank,
    "placeholder": placeholder,
    REFUSAL: refusal,
    "prompt_copy": prompt_copy,
    "obedience": obedience,
    "language": language,
    "parts": parts,
    "length": length,
    "sentence": sentence,
    "markup": markup,
    "links": links,
    "formulas": formulas,
    "numbers": numbers,
    "metrics": metrics,
    "repeats": repeats,
    "completeness": completeness,
}


def _quote(text: str) -> str:
    return squeeze(text)[:60]


def names(faults: Sequence[Fault]) -> tuple[str, ...]:
    """The rules that were broken."""
    return tuple(fault.rule for fault in faults)
