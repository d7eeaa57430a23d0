"""Amounts as people speak them: "3M riders", "2 trips each", "500 bytes per post", "2B a day".

An amount is a number with its scale, the physical unit it carries (bytes, seconds, dollars,
read by the quantity language's own table) and the thing that it counts, with what it is per.
The reader is forgiving: "2B a day" is billion, "gb" is gigabytes, words in between are passed
over ("5M links created per day"), and a period may stand in front ("every day 5M uploads").
What more than one reader would read differently carries all its readings: "39 bits" is an
amount of information and 2^39 values, "280 characters" are a count and as many bytes.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

from sdcli.scoring.numbers import forms, numerals
from sdcli.scoring.numbers.amount import BARE_MAX, Amount, one_of, thing
from sdcli.scoring.words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sdcli.units.table import Unit

TEXT_MAX = 3_000  # characters of one sentence that are read; nobody speaks a longer one
_AMOUNTS_MAX = 40  # of one sentence
_NOUN_WORDS_MAX = 4
_COPIES_MAX = 12
_VALUE_MAX = 1e100  # what nobody counts


def amounts(text: str) -> tuple[Amount, ...]:
    """The amounts of a sentence, in order, with offsets in it.

    Cost: O(length); a sentence longer than anyone speaks is read up to a limit.

    >>> [(a.value, a.noun, a.each) for a in amounts("3M riders with 2 trips each")]
    [(3000000.0, 'rider', False), (2.0, 'trip', True)]
    >>> [amount] = amounts("We store 500 bytes per post.")
    >>> amount.value, amount.dims, sorted(amount.per)
    (4000.0, (1, 0, 0), ['post'])
    """
    found: list[Amount] = []
    last = 0
    for match in forms.AMOUNT.finditer(text, 0, TEXT_MAX):
        if match.start() < last:
            continue
        amount = _amount(text, match, last)
        if amount is not None:
            if found and _is_subject(found[-1], text[found[-1].end : amount.start]):
                amount = amount._replace(per=amount.per | {found[-1].noun}, is_subject=True)
            found.append(amount)
            last = amount.end
            if len(found) == _AMOUNTS_MAX:
                break
    return tuple(found)


def _is_subject(one: Amount, gap: str) -> bool:
    """Whether a number says what one thing does: "one gateway handles 800 a second"."""
    alone = one.is_spelled and one.value == 1 and one.noun != ""
    return alone and forms.DOES.fullmatch(gap) is not None


def _amount(text: str, match: re.Match[str], last: int) -> Amount | None:
    if match["share"]:
        share = numerals.share(match["share"])
        return Amount(match.start(), match.end(), share, kind="percent", unit="%")
    value = numerals.magnitude(match, text)
    if value is None or value > _VALUE_MAX:
        return None
    before = text[max(last, match.start() - 60) : match.start()].lower()
    at = match.end()
    if forms.POWER_BEFORE.search(before) or _is_label(text, match, before):
        return None
    spelled = match["words"] is not None and value < BARE_MAX
    amount = Amount(
        match.start(),
        at,
        value,
        is_spelled=spelled,
        is_digits=match.group().isdigit(),
        is_divisor=forms.DIVIDED.search(before) is not None,
    )
    if match["money"]:
        amount = amount._replace(dims=(0, 0, 1), unit="$")
    elif special := _special(text, at, amount, before):
        return special
    if forms.TIMES_BEFORE.search(before):
        return amount._replace(kind="factor")
    amount = _with_unit(text, amount, billion=match["scale"] in {"B", "b"})
    if spelled and not amount.unit and not amount.noun and not amount.per:
        return None  # "the two of them", "one more"
    if amount.dims == (0, 1, 0) and forms.EVERY.search(before) and amount.value > 0:
        return amount._replace(
            value=1 / amount.value, dims=(0, -1, 0), period=amount.value, unit="/s"
        )
    return _with_period_before(amount, before)


def _is_label(text: str, match: re.Match[str], before: str) -> bool:
    """Whether a number only names something: a year, a status, a step."""
    whole = match.group()
    if not whole.isdigit():
        return False
    if forms.LABELLED.search(before):
        return True
    after = text[match.end() : match.end() + 2]
    is_year = len(whole) == 4 and whole[:2] in {"19", "20"}  # noqa: PLR2004
    return is_year and not re.match(r"\s?[A-Za-z*/x×]", after)


def _special(text: str, at: int, amount: Amount, before: str) -> Amount | None:
    """What is no plain number of things: percents, factors, ratios, copies, powers."""
    if found := forms.PERCENT.match(text, at):
        share = amount.value / 100
        around = text[max(0, amount.start - 80) : amount.end + 80]
        others = [1 - share] if forms.REST.search(around) else []
        others += [1 + share] if forms.EXTRA.search(around) else []
        return amount._replace(
            end=found.end(),
            value=share,
            kind="percent",
            unit="%",
            others=tuple((other, (0, 0, 0)) for other in others),
        )
    if found := forms.PLACES.match(text, at):
        return _places(text, found, amount)
    if found := forms.COPIES.match(text, at):
        return amount._replace(end=found.end(), kind="copies", noun="copy")
    if found := forms.RATIO.match(text, at):
        return amount._replace(end=found.end(), kind="ratio")
    if found := forms.FACTOR.match(text, at):
        kind = "copies" if forms.COPIED_BEFORE.search(before) else "factor"
        return amount._replace(end=found.end(), kind=kind)
    if forms.COPIED_BEFORE.search(before) and amount.value <= _COPIES_MAX and amount.value % 1 == 0:
        return amount._replace(kind="copies")
    if text[amount.start : at].lower() in {"twice", "thrice"}:
        per = forms.PER.match(text, at)
        if per is None or (per["per"] or "") not in forms.PERIOD_WORDS.split("|"):
            return amount._replace(kind="factor")
    return None


def _places(text: str, found: re.Match[str], amount: Amount) -> Amount | None:
    """Characters over an alphabet: so many codes, or so many bytes of text."""
    base = found["base"] or found["symbols"] or found["of"]
    alphabet = next(
        (forms.ALPHABETS[w] for w in found.group().lower().split() if w in forms.ALPHABETS), 0
    )
    symbols = int(base) if base else alphabet
    count = amount.value
    if symbols and count * math.log10(max(symbols, 1)) < numerals.POWER_MAX:
        return amount._replace(
            end=found.end(),
            value=float(symbols) ** count,
            noun="code",
            is_sum=True,
            is_spelled=False,
        )
    amount = amount._replace(end=found.end(), noun="character")
    amount = _per(text, amount)
    letters = (amount.value * numerals.BYTE, (1, amount.dims[1], 0))
    return amount._replace(others=(letters,))


def _with_unit(text: str, amount: Amount, *, billion: bool) -> Amount:
    """The unit or the thing behind a number, and what it is per."""
    at = amount.end
    if billion and text[at - 1] in "Bb" and not numerals.is_billion(text, at):
        amount = amount._replace(dims=(1, 0, 0), unit="B")
        return _per(text, amount)
    daily = ""
    first = True
    noun = written = ""
    for word, glued, end in _words(text, at):
        unit = _unit(word) if first and not amount.unit else None
        if unit is not None:
            amount = _measured(amount, unit, end)
            first = False
            if glued or amount.dims[1] > 0 or amount.dims[0] > 0:
                amount = _thing_of(text, amount)
                break
            continue
        first = False
        low = word.lower()
        if low in forms.ADVERBS:
            daily = forms.ADVERBS[low]
            amount = amount._replace(end=end)
            continue
        if low in forms.NO_NOUNS:
            amount = amount._replace(end=end)
            continue
        noun, written = thing(word), word
        amount = amount._replace(end=end)
        if word.endswith("s") or word.isupper() or (amount.is_spelled and amount.value == 1):
            break
    if noun and not amount.noun:
        amount = amount._replace(noun=noun, word=one_of(written.lower()))
    if daily and noun != "user" and not amount.period:
        amount = _rate(amount, daily)
    return _per(text, amount)


def _thing_of(text: str, amount: Amount) -> Amount:
    """The thing that a measured amount is the size of: "2 MB photos", "500-byte rows"."""
    for word, _, _ in _words(text, amount.end):
        if word.endswith("s") and amount.dims[0] > 0:
            return amount._replace(per=amount.per | {thing(word)})
        break
    return amount


def _words(text: str, at: int) -> Iterator[tuple[str, str, int]]:
    """The words that follow a number, up to the first that ends the noun."""
    for _ in range(_NOUN_WORDS_MAX):
        match = forms.WORD.match(text, at)
        if match is None:
            return
        word = match["word"]
        if word.lower() in forms.ENDS and word not in _units():
            return
        if match["glued"]:  # "64-bit", but also "check-ins"
            is_unit = _unit(word) is not None
            yield word, match["glued"], match.end("word") if is_unit else match.end()
            return
        at = match.end()
        yield word, "", at


@cache
def _units() -> Mapping[str, Unit]:
    """The units of the quantity language, which comes in with the first number."""
    from sdcli.units.table import UNITS

    return UNITS


def _size(unit: Unit) -> float:
    from sdcli.units.conventions import DEFAULT

    return unit.size(DEFAULT)


def _unit(word: str) -> Unit | None:
    if word in forms.NOT_UNITS:
        return None
    return _units().get(forms.LOWER.get(word, word)) or (
        _units().get(word.lower()) if word.lower() not in forms.LOWER else None
    )


def _measured(amount: Amount, unit: Unit, end: int) -> Amount:
    """An amount times its unit."""
    info, time, money = (
        int(unit.dimension.exponent(kind)) for kind in ("information", "time", "money")
    )
    noun = next((base for base in unit.dimension.nouns), "")
    value = amount.value * _size(unit)
    others: tuple[tuple[float, tuple[int, int, int]], ...] = ()
    if unit.symbol == "bit" and amount.value <= 1000:  # noqa: PLR2004 - a width, no amount of data
        others = ((2.0**amount.value, (0, 0, 0)),)
    dims = (amount.dims[0] + info, amount.dims[1] + time, amount.dims[2] + money)
    period = 1.0 if time < 0 else 0.0
    return amount._replace(
        end=end,
        value=value,
        dims=dims,
        noun=noun,
        unit=unit.symbol,
        others=others,
        period=period,
    )


def _rate(amount: Amount, period: str) -> Amount:
    """So much per period."""
    unit = _units()[forms.PERIODS.get(period, period)]
    seconds = _size(unit)
    info, time, money = amount.dims
    others = tuple(
        (value / seconds, (dims[0], dims[1] - 1, dims[2])) for value, dims in amount.others
    )
    return amount._replace(
        value=amount.value / seconds,
        dims=(info, time - 1, money),
        period=seconds,
        unit=f"{amount.unit}/{unit.symbol}",
        others=others,
    )


def _per(text: str, amount: Amount) -> Amount:
    """What an amount is per, as far as it goes: " a user a day", "/s", " each"."""
    while match := forms.PER.match(text, amount.end):
        word = match["slash"] or match["per"] or ""
        is_each = match["per"] and match.group().strip(" (").startswith("each ")
        if match["each"] or (is_each and not _is_period(word)):
            end = match.end() if match["each"] else match.start("per") - 1
            amount = amount._replace(each=True, end=end)
            if not match["each"]:
                break
        elif match["adverb"] or _is_period(word):
            if amount.period or amount.dims[1] > 0:
                break
            amount = _rate(amount, forms.ADVERBS.get(match["adverb"], word))._replace(
                end=match.end()
            )
        elif word.lower() in FUNCTION_WORDS or (amount.end == match.start() and not word):
            break
        elif (unit := _unit(word)) and unit.dimension.exponent("information") > 0:
            info, time, money = amount.dims
            size = _size(unit)
            dims = (info - 1, time, money)
            written = f"{amount.unit}/{unit.symbol}"
            amount = amount._replace(
                value=amount.value / size, dims=dims, unit=written, end=match.end()
            )
        else:
            amount = amount._replace(per=amount.per | {thing(word)}, end=match.end())
    if not amount.period and amount.dims[1] == 0:
        loose = forms.LOOSE.match(text, amount.end)
        if loose and _is_period(loose["period"]):  # "has seen a tick" is no rate
            amount = _rate(amount, loose["period"].lower())._replace(end=loose.end())
            return _per(text, amount)
    loose = None if amount.per else forms.LOOSE_THING.match(text, amount.end)
    if loose and not _is_period(loose["per"]):
        return amount._replace(per=frozenset({thing(loose["per"])}), end=loose.end())
    return amount


def _is_period(word: str) -> bool:
    return word.lower() in forms.PERIOD_WORDS.split("|") and word.lower() != "tick"


def _with_period_before(amount: Amount, before: str) -> Amount:
    """The period or the thing that stands in front: "per day we get 5M", "each user posts 2"."""
    if not amount.period and amount.dims[1] == 0 and not amount.kind:
        found = forms.BEFORE.search(before)
        if found:
            period = (found["period"] or forms.ADVERBS[(found["adverb"] or "").lower()]).lower()
            if _is_period(period):
                rated = _rate(amount, period)
                return rated._replace(end=amount.end)
    found = forms.EACH_BEFORE.search(before)
    noun = (found["noun"] or found["sized"]) if found else ""
    if noun and not amount.per and not _is_period(noun) and noun.lower() not in FUNCTION_WORDS:
        return amount._replace(per=amount.per | {thing(noun)}, is_subject=True)
    return amount
