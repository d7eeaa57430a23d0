"""Whether something is said, or only terms are listed.

Two questions, both answered from tables and word order: where the verbs of a sentence are,
and which of its words are members of a bare list. Measured on public answers, lists of
terms have under one function word in ten, terse human prose nearly two; but bulleted notes
come close to lists, so the share alone decides nothing: a list is what has no verb, or
what stands as a short verbless piece among others of its kind. Two forms do without a verb
and still say something: a figure with its preposition ("p99 under 10 ms") and a label that
states what follows ("out of scope: billing"). A sum and a signature state something too, also
where several stand in a row: "300 TB / 4 TB = 75", "get(key) -> value".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.scoring.figures import figures
from sdcli.scoring.words import (
    AUXILIARIES,
    DETERMINERS,
    FUNCTION_WORDS,
    NOUNS_TOO,
    PARTICLES,
    PREPOSITIONS,
    PRONOUNS,
    SAME_WORD,
    STATEMENT_LABELS,
    VERBAL_NOUNS,
    VERBS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.scoring.text import Sentence, Token

_SUBJECTS = PRONOUNS - {"one"}
_SEPARATORS = frozenset({"and", "or"})
_SEPARATOR_SIGN = re.compile(r"[,;|•·+&>]|->|→|\s[-–—]\s|:")
_LABELS = frozenset(STATEMENT_LABELS)
_LABEL_WORDS_MAX = 4
_EQUATION = re.compile(r"(?<![<>=!:])(?:=|≈)(?![=>])")
# What a call gives back; the arrows of "client -> web -> store" only list.
_SIGNATURE = re.compile(r"[\w-]+\s*\([^()]*\)\s*(?:->|=>|→)\s*\w[\w-]*")

LIST_MEMBERS_MIN = 4  # so many short verbless pieces in a row make a list
BARE_LIST_MEMBERS_MIN = 3  # and so many where nothing else is in the sentence
MEMBER_TOKENS_MAX = 4
SHORT_PIECES_MIN = 5  # so many pieces that are on average
SHORT_PIECE_TOKENS = 2.5  # as short as this are a list, whatever verbs are among them
UNBROKEN_TOKENS_MIN = 6  # so many words without one function word are no sentence
FUNCTION_SHARE_MIN = 0.1
FUNCTION_SHARE_FROM = 12  # tokens; the share of a shorter sentence says little


@lru_cache(maxsize=4096)
def verbs(sentence: Sentence) -> frozenset[int]:
    """The positions of tokens that are verbs, or do the work of one.

    An equals sign counts as "is", and the arrow of a signature as "gives": the position is that
    of the token after it.
    """
    tokens = sentence.tokens
    found = {at for at, token in enumerate(tokens) if _is_verb(tokens, at, token)}
    for sign in _EQUATION.finditer(sentence.text):
        place = sentence.start + sign.start()
        found |= {next((at for at, token in enumerate(tokens) if token.start > place), 0)}
    found |= {span[-1] for span in _signatures(sentence)}
    return frozenset(found)


def _signatures(sentence: Sentence) -> list[tuple[int, ...]]:
    """The token positions of each signature like "get(key) -> value"."""
    spans = [found.span() for found in _SIGNATURE.finditer(sentence.text)]
    return [
        tuple(
            at
            for at, token in enumerate(sentence.tokens)
            if start <= token.start - sentence.start < end
        )
        for start, end in spans
    ]


def _is_verb(tokens: tuple[Token, ...], at: int, token: Token) -> bool:
    if token.text in AUXILIARIES:
        return True
    if token.text in FUNCTION_WORDS or not token.text[0].isalpha():
        return False
    before = tokens[at - 1].text if at and token.joined else ""
    after = tokens[at + 1].text if at + 1 < len(tokens) and tokens[at + 1].joined else ""
    if before in DETERMINERS and before not in _SUBJECTS:
        return after in DETERMINERS and before in {"this", "that", "these", "those", "each", "all"}
    if is_form_of(token.text, VERBS) or before in _SUBJECTS or after in DETERMINERS:
        return True
    if token.text.endswith("ed") and len(token.text) > len("shed") and after in PREPOSITIONS:
        return True
    return token.text.endswith("s") and after in PARTICLES


def is_form_of(word: str, verbs: frozenset[str]) -> bool:
    """Whether a word is a form of one of the verbs; its nouns are none: "eviction" is no verb.

    >>> [is_form_of(word, frozenset({"evict", "carry", "give"}))
    ...  for word in ("evicts", "carried", "giving", "gave", "eviction")]
    [True, True, True, True, False]
    """
    if word in VERBAL_NOUNS:
        return False
    return any(base in verbs for base in _bases(SAME_WORD.get(word, word)))


@lru_cache(maxsize=4096)
def _bases(word: str) -> tuple[str, ...]:
    """What a word may be a form of."""
    found = [word]
    for ending in ("s", "es", "d", "ed", "ing"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            base = word.removesuffix(ending)
            found += [base, f"{base}e"]
            if base.endswith("i"):
                found.append(f"{base[:-1]}y")
            if base[-1] == base[-2]:
                found.append(base[:-1])
    return tuple(found)


def says_something(sentence: Sentence) -> bool:
    """Whether the sentence has a verb, or does without one, and is not a bare list of terms.

    >>> from sdcli.scoring.text import read
    >>> says_something(read("We shard the table by code.")[0])
    True
    >>> says_something(read("Cache, load balancer, shards, CDN, consistent hashing")[0])
    False
    """
    if verbs(sentence):
        return not _unbroken(sentence)
    return is_statement_label(sentence) or _states_a_figure(sentence)


def is_statement_label(sentence: Sentence) -> bool:
    """Whether it begins with a label, or is one, that states what follows."""
    words = []
    for at, token in enumerate(sentence.tokens[:_LABEL_WORDS_MAX]):
        words.append(token.text)
        following = sentence.tokens[at + 1].start if at + 1 < len(sentence.tokens) else sentence.end
        gap = sentence.within(token.end, following)
        if ":" in gap or (sentence.heading and at + 1 == len(sentence.tokens)):
            return " ".join(words) in _LABELS
    return False


def _states_a_figure(sentence: Sentence) -> bool:
    """Whether a figure stands with what it bounds or counts by: "p99 under 10 ms"."""
    bounded = any(token.text in PREPOSITIONS for token in sentence.tokens)
    return bounded and any(figure.measures for figure in figures(sentence))


def is_sum(sentence: Sentence) -> bool:
    """Whether it says that something with a number equals something."""
    has_number = any(token.text[0].isdigit() for token in sentence.tokens)
    return has_number and _EQUATION.search(sentence.text) is not None


def _unbroken(sentence: Sentence) -> bool:
    """Whether function words are as rare as in lists of terms, without a number to excuse it."""
    tokens = sentence.tokens
    if is_sum(sentence) or _SIGNATURE.search(sentence.text):
        return False
    words = sum(token.text in FUNCTION_WORDS for token in tokens)
    if words == 0:
        has_number = any(token.text[0].isdigit() for token in tokens)
        return len(tokens) >= UNBROKEN_TOKENS_MIN and not has_number
    rare = words / len(tokens) < FUNCTION_SHARE_MIN and len(tokens) >= FUNCTION_SHARE_FROM
    return rare and not any(token.text in AUXILIARIES for token in tokens)


@lru_cache(maxsize=4096)
def listed(sentence: Sentence) -> frozenset[int]:
    """The positions of tokens that are members of a list inside the sentence.

    "We use a cache, shards, a CDN and a queue" has a verb, and still explains none of them.
    """
    members: list[tuple[int, ...]] = []
    found: set[int] = set()
    stated = {at for span in _signatures(sentence) for at in span}
    pieces = [piece for piece in _pieces(sentence) if stated.isdisjoint(piece)]
    if pieces and ":" in sentence.within(*_gap_after(sentence, pieces[0])):
        pieces = pieces[1:]  # a label is no member of the list that it opens
    least = LIST_MEMBERS_MIN
    if all(len(_member(sentence, piece, opens=False)) == len(piece) for piece in pieces):
        least = BARE_LIST_MEMBERS_MIN
    short = sum(map(len, pieces)) <= SHORT_PIECE_TOKENS * len(pieces)
    if short and len(pieces) >= SHORT_PIECES_MIN:
        return frozenset(at for piece in pieces if not _equates(sentence, piece) for at in piece)
    for piece in [*pieces, ()]:
        member = _member(sentence, piece, opens=not members)
        if member and (len(member) == len(piece) or not members):
            members.append(member)
            continue
        if len(members) >= least:
            found.update(at for group in members for at in group)
        members = [member] if (member := _member(sentence, piece, opens=True)) else []
    return frozenset(found)


def _pieces(sentence: Sentence) -> Iterator[tuple[int, ...]]:
    """Runs of token positions between commas, "and" and their like."""
    piece: list[int] = []
    last = sentence.start
    for at, token in enumerate(sentence.tokens):
        gap = sentence.within(last, token.start)
        if token.text in _SEPARATORS or _SEPARATOR_SIGN.search(gap):
            if piece:
                yield tuple(piece)
            piece = []
        if token.text not in _SEPARATORS:
            piece.append(at)
        last = token.end
    if piece:
        yield tuple(piece)


def _equates(sentence: Sentence, piece: tuple[int, ...]) -> bool:
    """Whether a piece says that something equals something."""
    text = sentence.within(sentence.tokens[piece[0]].start, sentence.tokens[piece[-1]].end)
    return _EQUATION.search(text) is not None


def _gap_after(sentence: Sentence, piece: tuple[int, ...]) -> tuple[int, int]:
    last = piece[-1]
    tokens = sentence.tokens
    return tokens[last].end, tokens[last + 1].start if last + 1 < len(tokens) else sentence.end


def _member(sentence: Sentence, piece: tuple[int, ...], *, opens: bool) -> tuple[int, ...]:
    """The part of a piece that may be a list member; empty when it is none.

    The piece that opens a list may begin with its verb ("we use a cache, ..."): then what
    follows the verb is the member.
    """
    if not piece or _equates(sentence, piece):
        return ()
    acting = verbs(sentence)
    words = [sentence.tokens[at].text for at in piece]
    if len(piece) > 1 and is_form_of(words[0], VERBS) and not is_form_of(words[0], NOUNS_TOO):
        return () if not opens else piece[1:] if len(piece) <= MEMBER_TOKENS_MAX + 1 else ()
    if len(piece) <= 2 and not any(word in AUXILIARIES | PRONOUNS for word in words):  # noqa: PLR2004 - "gives", "hot keys"
        return piece
    tail = piece
    for at in piece:
        if at in acting:
            tail = piece[piece.index(at) + 1 :]
    if tail != piece and not opens:
        return ()
    return tail if 0 < len(tail) <= MEMBER_TOKENS_MAX else ()
