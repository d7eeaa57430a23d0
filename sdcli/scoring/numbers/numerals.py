"""The number itself, in digits or in words: "3.5 trillion", "half a million", "one in five"."""

from __future__ import annotations

import math
import re

from sdcli.scoring.numbers import forms

BYTE = 8.0
POWER_MAX = 100.0


def share(words: str) -> float:
    """A share in words: "one in five", "a quarter", "two thirds"."""
    *_, before, last = ["a", *words.lower().split()]
    parts = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
    if last.removesuffix("s") in parts:
        return float(forms.IN_WORDS.get(before, 1)) / parts[last.removesuffix("s")]
    return 1 / max(float(last) if last.isdigit() else float(forms.IN_WORDS[last]), 1.0)


def magnitude(match: re.Match[str], text: str) -> float | None:
    """The number of a match of forms.AMOUNT; None where it may be metres, minutes or bits."""
    if match["words"]:
        return _in_words(match["words"].lower())
    value = float(match["number"].replace(",", ""))
    if match["upto"]:
        value = math.sqrt(value * float(match["upto"].replace(",", "")))
    power = match["power"] or (match["raised"] or "").translate(forms.RAISED)
    if power:
        exponent = float(power[:4])
        if value <= 0 or exponent * math.log10(max(value, 1.0)) > POWER_MAX:
            return None
        value **= exponent
    elif match["exponent"]:
        value *= 10.0 ** int(match["exponent"])
    scale = (match["word"] or match["scale"] or match["spaced"] or "").lower()
    if match["scale"] in {"B", "b"} and not is_billion(text, match.end()):
        return None if match["scale"] == "b" else value * BYTE
    if match["scale"] == "m" and not re.match(r"\s[a-z]{3,}", text[match.end() :]):
        return None  # metres, minutes, millions
    return value * forms.SCALES.get(scale, 1.0)


def _in_words(words: str) -> float | None:
    if words in forms.IN_WORDS:
        return float(forms.IN_WORDS[words])
    if words.endswith(" and a half"):
        return float(forms.IN_WORDS[words.removesuffix(" and a half")]) + 0.5
    value = 1.0
    small, _, large = words.rpartition(" ") if words.count(" ") == 1 else (words, "", "")
    if words.startswith("half a "):
        value, large = 0.5, words.removeprefix("half a ")
    elif not large:
        first, *rest = words.split()
        value, large = float(forms.IN_WORDS.get(first, 1)), " ".join(rest)
    else:
        value = float(forms.IN_WORDS.get(small, 1))
    for word in large.split():
        value *= 100 if word == "hundred" else forms.SCALES[word]
    return value


def is_billion(text: str, at: int) -> bool:
    """Whether a B is billion: "2B a day", "2B links"; "500B" and "64 B per key" are bytes."""
    rest = text[at : at + 40]
    per_time = re.match(rf"\s?(?:/|per\s|an?\s|each\s)\s?(?:{forms.PERIOD_WORDS})\b", rest)
    things = re.match(r"(?:\s[a-z-]+){0,2}\s[a-z]+s\b", rest)
    of_things = re.match(r"\s(?:in|of|for|per|an?|each|every|as|is)\b", rest)
    return bool(per_time or (things and not of_things) or re.match(r"\s(?:DAU|MAU)\b", rest))
