"""What people write that is no word of the language, and what to write for it.

Words that are typed in a hurry and that no did-you-mean would find: abbreviations of the trade,
other languages' millions, rates by the minute. They are not read: `5 mil` is five thousand to
one and five million to another. Imported only when something is wrong.
"""

from __future__ import annotations

from sdcli.units.vocabulary import FUNCTION_NAMES, MAGNITUDES, NINES, OPERATOR_WORDS

_MEANT = (  # words, what to write
    ("mio mln mil mill mn mm", "write million, or M at the number: 5M user"),
    ("bn bln bil mrd", "write billion, or G at the number: 5G row"),
    ("tn trn", "write trillion, or T at the number: 5T row"),
    ("hundred dozen lakh crore", "write the number in digits"),
    ("dau mau wau", "write user: 150M user * 2 tweet/user/day"),
    ("msg msgs", "write message"),
    ("txn txns", "write transaction"),
    ("conn conns", "write connection"),
    ("img imgs pic pics", "write photo"),
    ("iops", "write read/s, write/s or request/s"),
    ("rpm qpm", "write request/min"),
    ("wps", "write write/s"),
    ("fps", "declare the count noun frame and write frame/s"),
    ("ops op", "write request, or declare the count noun op"),
    ("pct percentage", "write %"),
    ("eur euro euros gbp", "money is written in $"),
    ("quarter quarters", "write 3 month"),
)
_NUMBERS = dict(
    zip(
        (
            *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "twenty", "thirty", "forty", "fifty", "sixty", "seventy"),
            *("eighty", "ninety"),
        ),
        (*range(1, 13), *range(20, 100, 10)),
        strict=True,
    )
)
_CALLED = (  # functions of other languages, what to write
    ("pow power", "write ^ for a power: 2^3"),
    ("avg mean average", "write (a + b) / 2"),
    ("sum", "write a + b"),
    ("log", "write ln, log2 or log10"),
    ("roundup ceiling", "write ceil"),
    ("rounddown trunc int", "write floor"),
    ("cbrt", "write ^(1/3)"),
)
CALLED = {word: said for words, said in _CALLED for word in words.split()}
MEANT = {word: said for words, said in _MEANT for word in words.split()}


def hint(word: str) -> str:
    """What to write for the word, or an empty string.

    >>> hint("DAU"), hint("Million")
    ('write user: 150M user * 2 tweet/user/day', 'write million in small letters')
    >>> hint("million"), hint("five")
    ('a number has one such word, right behind it: 5 million', 'write 5')
    """
    small = word.casefold()
    if small in MEANT:
        return MEANT[small]
    if small in _NUMBERS and small not in NINES:
        return f"write {_NUMBERS[small]}"
    if word in NINES:
        return "nines(...) gives the number of nines"
    if word in MAGNITUDES and len(word) > 1:
        return "a number has one such word, right behind it: 5 million"
    singular = small.removesuffix("s")
    if singular in MAGNITUDES and len(singular) > 1:
        return f"write {singular}" + (" in small letters" if small in MAGNITUDES else "")
    if small in OPERATOR_WORDS or (small in FUNCTION_NAMES and word != small):
        return f"write {small} in small letters"
    return ""
