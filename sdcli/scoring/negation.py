"""Negation, bounded by the clause: "we do not need a cache" explains no cache.

The idea is NegEx's (W. W. Chapman and others, Journal of Biomedical Informatics 34, 2001,
pp. 301-310): a cue, the words that it reaches, and a list of false cues. What differs is
the subject. In a design a property is often said by what must not happen ("no single point
of failure", "codes must not collide", "without losing a write"), and that is no rejection;
so a cue that turns down something nobody wants is ignored, and so is one under a condition
("if the cache does not answer"). What is left reaches to the end of its clause, a denial
of a whole sentence ("it is not true that ...") to the end of the sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.scoring.grammar import is_form_of, verbs
from sdcli.scoring.text import stem, stem_phrase, stems_of
from sdcli.scoring.words import (
    AUXILIARIES,
    CLAUSE_WORDS,
    CONTRASTS,
    DETERMINERS,
    FALSE_AFTER_NO,
    FALSE_NEGATIONS,
    FUNCTION_WORDS,
    HARM_STEMS,
    MEANS,
    NEEDING_STEMS,
    NEGATORS,
    NOT_NEEDED,
    NOT_NEEDED_AFTER_NOT,
    NOUNS_TOO,
    PRONOUNS,
    REJECTING_STEMS,
    RULE_GIVERS,
    UNDER_CONDITION,
    VERBS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdcli.scoring.patterns import Hit
    from sdcli.scoring.text import Sentence

_REJECTING = (*NEEDING_STEMS, *REJECTING_STEMS)
_CLAUSE_SIGN = re.compile(r"[,;:()—–]|\s-\s")
_NEW_CLAUSE = re.compile(r"[;:]|\b(?:therefore|hence)\b", re.IGNORECASE)
_BOUND_WORDS = 6  # within so many words "never ... more often than" gives a bound
_NOUN_PHRASE = 4  # tokens that "no" and "without" reach
_NEAR = 2  # content words after a cue that may name a harm
_AVOIDING = {"avoid": "avoid", "avoids": "avoid", "avoiding": "avoid", "omit": "omit"}
_ALTERNATIVES_BEFORE = (("instead", "of"), ("rather", "than"), ("as", "opposed", "to"))
_PHRASES = (("rule", "out"), ("leave", "out"), ("get", "rid", "of"), ("do", "away", "with"))


@dataclass(frozen=True)
class Cue:
    """Words that turn something down, and the tokens that they reach.

    `weak`: only what it reaches is turned down ("instead of X"); otherwise the same thing
    later in the sentence stays turned down until a contrast ("but ...").
    """

    first: int
    last: int
    reach: int
    words: str
    weak: bool = False


def rejected(
    sentence: Sentence, hit: Hit, earlier: tuple[Hit, ...] = (), beside: Sequence[Hit] = ()
) -> str:
    """The words that turn a hit down, or nothing.

    Args:
        sentence: where the hit stands.
        hit: the words in question; a cue inside them is part of the pattern and does not count.
        earlier: hits of the same thing in the same sentence.
        beside: other hits whose words are no cue either: whoever looks for "leave out" wants to
            know what was left out.

    >>> from sdcli.scoring.patterns import pattern
    >>> from sdcli.scoring.text import read
    >>> def words(text):
    ...     sentence = read(text)[0]
    ...     return rejected(sentence, pattern("cache").hits(sentence)[0])
    >>> words("We do not need a cache."), words("A cache is overkill here.")
    ('do not need', 'is overkill')
    >>> words("A cache keeps reads fast, so no single server is a bottleneck.")
    ''
    """
    for cue in cues(sentence):
        start, end = sentence.tokens[cue.first].start, sentence.tokens[cue.last].end
        if any(one.start < end and start < one.end for one in (hit, *beside)):
            continue
        if end <= hit.start < sentence.tokens[cue.reach].end:
            return cue.words
        if not cue.weak and _stays_down(sentence, cue, hit, earlier):
            return cue.words
    return _not_needed(sentence, hit)


def _stays_down(sentence: Sentence, cue: Cue, hit: Hit, earlier: tuple[Hit, ...]) -> bool:
    """Whether an earlier hit was turned down and no contrast stands between the two.

    What is not needed takes everything down that follows; other cues only the same words.
    """
    if "need" not in cue.words:
        said = _words(sentence, hit)
        earlier = tuple(one for one in earlier if _words(sentence, one) == said)
    reach = sentence.tokens[cue.reach].end
    cue_end = sentence.tokens[cue.last].end
    if not any(cue_end <= other.start < reach <= hit.start for other in earlier):
        return False
    if "need" not in cue.words and _NEW_CLAUSE.search(sentence.within(reach, hit.start)):
        return False  # "not bodies: ids"; what is not needed stays so through a whole sentence
    between = (token.text for token in sentence.tokens if reach <= token.start < hit.start)
    return not any(word in CONTRASTS for word in between)


@lru_cache(maxsize=4096)
def cues(sentence: Sentence) -> tuple[Cue, ...]:
    """Every cue of a sentence that turns something down, with what it reaches."""
    return tuple(cue for at in range(len(sentence.tokens)) for cue in _cue(sentence, at))


def _cue(sentence: Sentence, at: int) -> Iterator[Cue]:
    words = [token.text for token in sentence.tokens]
    word = words[at]
    token = sentence.tokens[at]
    if at + 1 == len(words) or sentence.within(token.start - 1, token.start) == "-":
        return  # the "not" of "do-not-disturb" turns nothing down
    if word in NEGATORS or (word == "no" and words[at + 1 : at + 2] == ["longer"]):
        yield from _negator(sentence, words, at)
    elif word in {"no", "without", "neither", "nor"}:
        yield from _no(sentence, words, at)
    elif word in _AVOIDING or (word == "skip" and words[at + 1] in DETERMINERS):
        if not _harm(sentence, at + 1):
            end = _own_end(sentence, at)
            means = (other for other in range(at + 1, end + 1) if words[other] in MEANS)
            yield Cue(at, at, next(means, end + 1) - 1, word)
    else:
        for phrase in _ALTERNATIVES_BEFORE:
            last = at + len(phrase) - 1
            if tuple(words[at : last + 1]) == phrase and last + 1 < len(words):
                reach = _fronted_end(sentence, last) if at == 0 else _clause_end(sentence, last)
                yield Cue(at, last, reach, " ".join(phrase), weak=True)
        for phrase in _PHRASES:
            last = at + len(phrase) - 1
            stems = tuple(token.stem for token in sentence.tokens[at : last + 1])
            if (
                stems == tuple(map(stem, phrase))
                and last + 1 < len(words)
                and not _harm(sentence, last + 1)
            ):
                yield Cue(at, last, _own_end(sentence, last), " ".join(words[at : last + 1]))


def _negator(sentence: Sentence, words: list[str], at: int) -> Iterator[Cue]:
    """What "not", "never", "don't" turn down: whatever the verb after them would bring in."""
    following = at + 1 + (words[at] == "no")  # "no longer"
    if following >= len(words) or words[following] in FALSE_NEGATIONS:
        return
    if _under_a_condition(sentence, words, at) or _is_bound(words[following:]):
        return
    first = at
    while first and words[first - 1] in AUXILIARIES:
        first -= 1
    verb = following
    while verb < len(words) - 1 and (words[verb] in AUXILIARIES and words[verb] != "need"):
        verb += 1
    while verb < len(words) - 1 and words[verb].endswith("ly"):
        verb += 1
    acting = sentence.tokens[verb].stem
    needs = acting in stems_of(NEEDING_STEMS)
    if words[verb] in {"true", "so", "false"} or (acting == "case" and words[at] == "not"):
        yield Cue(first, verb, len(words) - 1, " ".join(words[first : verb + 1]))
        return
    if words[verb] == "the" and words[verb + 1 : verb + 2] == ["case"]:
        yield Cue(first, verb + 1, len(words) - 1, " ".join(words[first : verb + 2]))
        return
    rules = any(word in RULE_GIVERS for word in words[first : at + 1])
    if not needs and (_harm(sentence, verb) or (rules and acting not in stems_of(_REJECTING))):
        return
    last = verb if needs or acting in stems_of(_REJECTING) else max(at, verb - 1)
    if last + 1 >= len(words):
        return
    shown = " ".join(words[first : last + 1])
    reach = _denied_to(sentence, last) if needs else _clause_end(sentence, last)
    if first == at and words[verb].endswith("ed"):  # "files not opened for a month move to ..."
        acting_next = (one for one in sorted(verbs(sentence)) if one > verb)
        reach = min(reach, next(acting_next, reach + 1) - 1)
    yield Cue(first, last, reach, shown)


def _is_bound(following: list[str]) -> bool:
    """Whether "not" sets a bound: "never more often than once in ten seconds"."""
    near = following[:_BOUND_WORDS]
    return any(
        word in {"more", "less", "longer", "older", "later", "faster"} for word in near
    ) and ("than" in near)


def _no(sentence: Sentence, words: list[str], at: int) -> Iterator[Cue]:
    """What "no" and "without" turn down: the noun phrase that follows."""
    word = words[at]
    if word == "without" and any(other in NEGATORS or other == "no" for other in words[:at]):
        return  # "does not survive without a replica" asks for one
    if word == "without" and at == 0:
        return  # "Without the cache the store sees ..." tells what it is for
    if word == "no" and words[at + 1] == "need":
        yield Cue(at, at + 1, _denied_to(sentence, at + 1), "no need")
        return
    if words[at + 1] in FALSE_AFTER_NO or _harm(sentence, at + 1) or _spared(sentence, at):
        return
    if _under_a_condition(sentence, words, at):
        return
    reach = min(_clause_end(sentence, at), at + _NOUN_PHRASE)
    if reach > at:
        yield Cue(at, at, reach, word)


def _harm(sentence: Sentence, start: int) -> bool:
    """Whether one of the next content words names something nobody wants."""
    seen = 0
    for token in sentence.tokens[start:]:
        if token.text in FUNCTION_WORDS and token.text not in FALSE_AFTER_NO:
            continue
        if token.stem in stems_of(HARM_STEMS) or token.text in FALSE_AFTER_NO:
            return True
        seen += 1
        if seen == _NEAR:
            break
    return False


def _spared(sentence: Sentence, at: int) -> bool:
    """Whether the clause says that no harm is done: "no accepted message is ever lost"."""
    clause = range(at + 1, _clause_end(sentence, at) + 1)
    helped = False
    for place in clause:
        token = sentence.tokens[place]
        if helped and token.stem in stems_of(HARM_STEMS):
            return True
        helped = token.text in AUXILIARIES | {"gets", "get", "ever", "simply"}
    return False


def _words(sentence: Sentence, hit: Hit) -> tuple[str, ...]:
    return stem_phrase(sentence.within(hit.start, hit.end))


def _under_a_condition(sentence: Sentence, words: list[str], at: int) -> bool:
    start = at
    while start and not _boundary(sentence, start, signs_only=True):
        start -= 1
    return any(word in UNDER_CONDITION for word in words[start:at])


def _boundary(sentence: Sentence, at: int, *, signs_only: bool = False) -> bool:
    """Whether a clause ends before the token `at`."""
    token, before = sentence.tokens[at], sentence.tokens[at - 1]
    if _CLAUSE_SIGN.search(sentence.within(before.end, token.start)):
        return True
    if signs_only:
        return False
    if token.text in CLAUSE_WORDS:
        return True
    following = sentence.tokens[at + 1].text if at + 1 < len(sentence.tokens) else ""
    if token.text == "as":  # "as the load is low", but not "as middleware"
        return following in DETERMINERS | PRONOUNS
    return token.text == "and" and following in PRONOUNS


def _clause_end(sentence: Sentence, at: int) -> int:
    """The last token of the clause in which `at` stands."""
    end = at
    while end + 1 < len(sentence.tokens) and not _boundary(sentence, end + 1):
        end += 1
    return end


def _own_end(sentence: Sentence, at: int) -> int:
    """The end of a clause of which only the first verb turns down: "skip X and compute Y"."""
    end = _clause_end(sentence, at)
    for place in range(at + 1, end):
        following = sentence.tokens[place + 1].text
        object_ = sentence.tokens[place + 2].text if place + 2 <= end else ""
        acts = not is_form_of(following, NOUNS_TOO) or object_ in DETERMINERS
        if sentence.tokens[place].text == "and" and is_form_of(following, VERBS) and acts:
            return place - 1
    return end


def _fronted_end(sentence: Sentence, last: int) -> int:
    """The end of a clause that opens the sentence: before the subject of its first finite verb.

    "Instead of one receipt per message the phone sends the highest number" turns down the first
    half alone.
    """
    end = _clause_end(sentence, last)
    acting = verbs(sentence)
    for verb in range(last + 2, end + 1):
        if verb in acting and not sentence.tokens[verb].text.endswith("ing"):
            for subject in range(verb - 1, last + 1, -1):
                if sentence.tokens[subject].text in DETERMINERS | PRONOUNS:
                    return subject - 1
    return end


def _denied_to(sentence: Sentence, last: int) -> int:
    """How far "we do not need" reaches: its clause, or all when a whole clause is its object.

    "We do not need a counter, so ..." leaves what follows alone. In "we do not need the
    counter hands out blocks, so ..." a sentence of its own has been denied, to its end.
    """
    if last + 1 < len(sentence.tokens) and sentence.tokens[last + 1].text in CLAUSE_WORDS:
        return len(sentence.tokens) - 1
    end = _clause_end(sentence, last)
    acting = verbs(sentence)
    for at in range(last + 1, end + 1):
        before = sentence.tokens[at - 1].text
        if before in {"to", "that", "which", "who"} and at > last + 1:
            return end
        if at in acting and at > last + 1 and _is_finite(sentence, at):
            return len(sentence.tokens) - 1
    return end


def _is_finite(sentence: Sentence, at: int) -> bool:
    """Whether a verb can be nothing else: "more reads" has a noun, "the server reads from" none."""
    token, before = sentence.tokens[at], sentence.tokens[at - 1].text
    following = sentence.tokens[at + 1].text if at + 1 < len(sentence.tokens) else ""
    if before in {"to", "not"}:
        return False
    if following in DETERMINERS or not is_form_of(token.text, NOUNS_TOO):
        return True
    return before not in FUNCTION_WORDS and following in FUNCTION_WORDS


def _not_needed(sentence: Sentence, hit: Hit) -> str:
    """Whether the clause goes on to say that the hit is not needed."""
    positions = [at for at, token in enumerate(sentence.tokens) if token.start >= hit.end]
    for at in positions:
        if _boundary(sentence, at):
            break
        word = sentence.tokens[at].text
        before = sentence.tokens[at - 1].text
        if word in NOT_NEEDED or (before in NEGATORS and word in NOT_NEEDED_AFTER_NOT):
            first = at
            while (
                sentence.tokens[first - 1].text in AUXILIARIES | NEGATORS and first > positions[0]
            ):
                first -= 1
            return " ".join(token.text for token in sentence.tokens[first : at + 1])
    return ""
