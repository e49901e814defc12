"""What a text says that another does not: numbers, named metrics, formulas, links."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

_FORMULA = re.compile(r"(?<!\\)\$\$?((?:[^$\\]|\\.)++)\$\$?|\\\(((?:[^\\]|\\[^()])*+)\\\)", re.DOTALL)
_COMMAND = re.compile(r"\\[A-Za-z]+")
_DOLLAR = re.compile(r"(?<!\\)\$")

#: TeX that parts the digits of one number: 180{,}000 and 10\,000.
_IN_NUMBER = re.compile(r"(?<=\d)(?:\{,\}|\\[,;! ])(?=\d{3})")
_RAISED = str.maketrans({sign: f" {digit} " for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")})
_LOWERED = str.maketrans({sign: f" {digit} " for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")})
_NUMBER = re.compile(
    r"(?P<digits>\d{1,40}(?:[.,]\d{1,40})*+)"
    r"(?:[\s~-]?(?P<unit>[kKMBT](?![A-Za-z])|[万亿千百萬億만억]|"
    r"(?i:thousand|million|billion|trillion|millionen|mio|milliarden|mrd|millions|milliards|millones|milhões|bilhões|"
    r"milioni|miliardi|тыс|млн|млрд)\b)"
    r"|\s?\\?(?P<percent>[%％]))?"
)
#: Thousands between points.
_POINTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_UNITS = {
    "k": 3, "M": 6, "B": 9, "T": 12, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "百": 2, "千": 3,
    "万": 4, "萬": 4, "만": 4, "亿": 8, "億": 8, "억": 8, "millionen": 6, "mio": 6, "milliarden": 9, "mrd": 9,
    "millions": 6, "milliards": 9, "millones": 6, "milhões": 6, "bilhões": 9, "milioni": 6, "miliardi": 9, "тыс": 3,
    "млн": 6, "млрд": 9,
}  # fmt: skip
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_WORDS = {word: str(number) for number, word in enumerate(_SMALL)} | {
    "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
    "hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000", "half": "0.5",
    "twice": "2", "double": "2", "doubles": "2", "thrice": "3", "triple": "3", "triples": "3",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+")

_METRICS = (
    "BLEU", "ROUGE", "METEOR", "CIDEr", "BERTScore", "COMET", "chrF", "WER", "CER", "PESQ", "STOI", "MOS", "FID",
    "FVD", "PSNR", "SSIM", "LPIPS", "mAP", "mIoU", "IoU", "AUC", "AUROC", "AUPRC", "NDCG", "MRR", "MAE", "RMSE",
    "MSE", "EER", "DER", "SI-SDR", "SDR", "Elo", "F1", "perplexity",
)  # fmt: skip
_METRIC = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, _METRICS))})(?![a-z])")

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'，。；、）)\]}]+|\b[\w-]+\.(?:com|org|net|io|ai|edu|gov|cn|dev)\b(?:/\S*)?"
)


def find_formulas(text: str) -> list[str]:
    """The formulas of a text without white space, in order."""
    return ["".join((found[1] or found[2]).split()) for found in _FORMULA.finditer(text)]


def foreign_formulas(text: str, source: str) -> list[str]:
    """What of a text's mathematics the source does not hold: formulas, TeX commands outside, an odd ``$``."""
    known = set(find_formulas(source))
    foreign = [formula for formula in find_formulas(text) if formula not in known]
    rest = _FORMULA.sub(" ", text)
    commands = set(_COMMAND.findall(source))
    foreign += [command for command in _COMMAND.findall(rest) if command not in commands]
    if _DOLLAR.search(rest) and not _DOLLAR.search(_FORMULA.sub(" ", source)):
        foreign.append("$")
    if any(sign in text for sign in "\t\f\b\x0b"):
        foreign.append("a backslash that was lost")
    return foreign


def missing_formulas(text: str, source: str) -> list[str]:
    """The source's formulas that a translation of it has lost."""
    lost = Counter(find_formulas(source)) - Counter(find_formulas(text))
    return sorted(lost)


def foreign_numbers(text: str, source: str, *, decimal_comma: bool = False) -> list[str]:
    """The numbers of a text that the source does not hold, as they are written.

    Equal are 1,000 and 1000, 5B and 5 billion, 12.5万 and 125,000, 95 % and 0.95; the source may spell one out.

    :param decimal_comma: True where the text's language writes 1.000,5 for a thousand and a half
    """
    known = {value for found in _numbers(source) for value in found[1]}
    known |= {value for found in _numbers(source) for value in found[2]}
    known |= {Decimal(_WORDS[word]) for word in _WORD.findall(source.lower()) if word in _WORDS}
    return [written for written, values, _ in _numbers(text, decimal_comma) if not values & known]


def foreign_metrics(text: str, source: str) -> list[str]:
    """The well-known metrics that a text names and the source does not."""
    said = source.casefold()
    return sorted({metric for metric in _METRIC.findall(text) if metric.casefold() not in said})


def foreign_links(text: str, source: str) -> list[str]:
    """The addresses in a text that do not stand in the source."""
    return [link for link in (found.rstrip(".,;:") for found in _LINK.findall(text)) if link not in source]


def _numbers(text: str, decimal_comma: bool = False) -> Iterator[tuple[str, set[Decimal], set[Decimal]]]:
    """Each number as it is written, what it may mean, and what it would mean without its unit."""
    raised = text.translate(_RAISED).translate(_LOWERED)
    for found in _NUMBER.finditer(_IN_NUMBER.sub("", unicodedata.normalize("NFKC", raised))):
        plain = {Decimal(reading) for reading in _readings(found["digits"], decimal_comma)}
        yield found[0], _scaled(plain, found["unit"], found["percent"]), plain


def _readings(digits: str, decimal_comma: bool) -> set[str]:
    """A comma parts thousands, or is a decimal one where a language writes it so; many points part a version."""
    if digits.count(".") > 1:
        return {digits.replace(",", "").replace(".", ""), *re.split("[.,]", digits)}
    readings = {digits.replace(",", "")}
    if decimal_comma and _POINTED.fullmatch(digits):
        readings.add(digits.replace(".", "").replace(",", "."))
    if digits.count(",") == 1:
        readings.add(digits.replace(".", "").replace(",", "."))
    return readings


def _scaled(plain: set[Decimal], unit: str | None, percent: str | None) -> set[Decimal]:
    if unit:
        return {value.scaleb(_UNITS[unit if unit in _UNITS else unit.lower()]) for value in plain}
    return plain | {value.scaleb(-2) for value in plain} if percent else plain
