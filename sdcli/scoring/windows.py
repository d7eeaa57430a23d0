"""Windows: which sentences of an answer support an item, and how far each of them gets.

A window is the sentence with the concept, alone or with one neighbour of its block; under a
heading, the sentences down to the one that explains. The rules are those of verdict.py;
here they meet the text. Every finding keeps the words that fired, for the rule it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.scoring.classes import CLASSES
from sdcli.scoring.grammar import is_statement_label, is_sum, listed, says_something
from sdcli.scoring.negation import rejected
from sdcli.scoring.patterns import Hit, hits
from sdcli.scoring.support import alternative, estimate_used, failure, measured, reason
from sdcli.scoring.text import Sentence, stem_phrase, stems_of, tokenize
from sdcli.scoring.verdict import RANK, Finding, RubricItem, State
from sdcli.scoring.words import AUXILIARIES, COMMON, CONTRASTS, EVERYWHERE, FUNCTION_WORDS, LINKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UNDER_HEADING = 6  # sentences that a heading lends its words to
MADE_OF_TOKENS_MIN = 6  # from here on, a sentence that consists of
SMALL_WORDS_SHARE = 0.18  # terse prose has so many function words, lists of terms have not
MADE_OF_SHARE = 0.75  # hits to this share is a list, whatever verbs the patterns have
EVERYWHERE_WEIGHT, COMMON_WEIGHT, CLASS_WEIGHT = 0.25, 0.5, 0.5  # other words weigh 1
WEIGHT_MAX = 2.75  # that much is enough: two words of the subject, and a little more
FREE_PATTERNS = 8  # an item of so few asks for nothing but the pair
WEIGHT_PER_PATTERN = 0.09  # and each further pattern of an item asks for so much
REACH_TOKENS = 40  # how far the mechanism may stand from the concept inside one sentence


def findings(
    item: RubricItem, live: Sequence[Sentence | None], values: Mapping[str, float]
) -> list[Finding]:
    """The best window of every sentence that names the item, in the order of the text.

    Args:
        item: what is looked for.
        live: the sentences of the answer, None for those that earn nothing.
        values: magnitudes of estimates by name.

    Cost: O(sentences with a hit), after a lookup of each pattern in each sentence.
    """
    found = []
    asks_too = item.step == "scope" or item.axis == "communication"
    turned_down: Sentence | None = None  # the sentence before, where it turns the concept down
    for at, sentence in enumerate(live):
        if sentence is None or (sentence.question and not asks_too):
            continue
        concept = hits(item.any_of, sentence)
        if not concept:
            continue
        affirmed, denial = _judged(sentence, concept)
        goes_on = turned_down is not None and at and live[at - 1] is turned_down
        if goes_on and not denial and _goes_on_denying(sentence, turned_down):
            denial, affirmed = "would", []
        needs_reason = item.reject_ok and bool(denial) and not affirmed
        if needs_reason:
            affirmed = list(concept)
        if not affirmed:
            turned_down = sentence
            rule = f'"{_shown(sentence, concept[0])}" stands with "{denial}"'
            found.append(_finding(at, State.REJECTED, [sentence], rule))
            continue
        windows = [
            _Window(item, live, at, sentence, neighbour, needs_reason).graded(affirmed, values)
            for neighbour in _neighbours(live, at, sentence, asks_too=asks_too)
        ]
        found.append(max(windows, key=lambda finding: RANK[finding.state]))
    return found


def _judged(sentence: Sentence, concept: Sequence[Hit]) -> tuple[list[Hit], str]:
    """The hits that stand affirmed, and the words that turn others down."""
    affirmed, denial = [], ""
    for position, hit in enumerate(concept):
        words = rejected(sentence, hit, tuple(concept[:position]))
        if words:
            denial = denial or words
        else:
            affirmed.append(hit)
    return affirmed, denial


def _goes_on_denying(sentence: Sentence, before: Sentence | None) -> bool:
    """Whether it speaks on of what is not: "We need no cache. It would only go stale."."""
    words = {token.text for token in sentence.tokens}
    is_near = before is not None and before.block == sentence.block
    return is_near and "would" in words and sentence.tokens[0].text not in CONTRASTS


def _neighbours(
    live: Sequence[Sentence | None], at: int, here: Sentence, *, asks_too: bool
) -> Iterator[int | None]:
    """No neighbour, the next one, the one before: those of the same block that count.

    A heading has the sentences below it, up to the next blank line, as neighbours.
    """
    yield None
    block = here.block
    for other in range(at + 1, at + 1 + UNDER_HEADING) if here.heading else (at + 1, at - 1):
        sentence = live[other] if 0 <= other < len(live) else None
        if sentence is None or sentence.heading:
            if here.heading:
                return
            continue
        if here.heading and other == at + 1 and sentence.step == here.step:
            block = sentence.block
        if sentence.block == block and (asks_too or not sentence.question):
            yield other


@dataclass(frozen=True)
class _Window:
    """One window: the sentence `here` at `at`, and perhaps the sentence at `neighbour`.

    `needs_reason`: the concept is turned down, and the item accepts that with a reason.
    """

    item: RubricItem
    live: Sequence[Sentence | None]
    at: int
    here: Sentence
    neighbour: int | None
    needs_reason: bool

    @property
    def other(self) -> Sentence | None:
        """The neighbour."""
        return None if self.neighbour is None else self.live[self.neighbour]

    @property
    def span(self) -> list[Sentence]:
        """Every sentence from the first to the last of the window."""
        other = self.at if self.neighbour is None else self.neighbour
        low, high = sorted((self.at, other))
        return [sentence for sentence in self.live[low : high + 1] if sentence is not None]

    def graded(self, concept: Sequence[Hit], values: Mapping[str, float]) -> Finding:
        """How far the window gets with the concept's affirmed hits."""
        name = f'"{_shown(self.here, concept[0])}"'
        stated = is_statement_label(self.here)
        lends = self.here.heading and not stated
        if not says_something((lends and self.other) or self.here):
            return self._named(f"{name} without a verb around it", "verb")
        free = [hit for hit in concept if not _in_list(self.here, hit)]
        pieces = [*concept, *hits(self.item.with_, self.here)]
        if not free or (not stated and _is_made_of(self.here, pieces)):
            return self._named(f"{name} in a list of terms", "list")
        pair = self._mechanism(free, listed_is_fine=stated)
        if pair is None:
            return self._named(f"{name}, and nothing says how", "with")
        patterns = len(self.item.any_of) + len(self.item.with_)
        if self._weight() < min(WEIGHT_MAX, WEIGHT_PER_PATTERN * (patterns - FREE_PATTERNS)):
            words = f'{name} and "{_shown(pair[2], pair[1])}"'
            return self._named(f"{words}: too little of this point's own words", "common")
        return self._explained(*pair, values)

    def _weight(self) -> float:
        """What the item's words weigh in the sentences of the window.

        "Again" beside "lost" stands in answers to every question; beside "backoff" and "jitter"
        both mean something. So each word of the item counts once, and a common one for less.
        The more patterns an item has, the more of them a strange sentence hits by chance: what is
        asked for grows with their number.
        """
        seen: set[tuple[str, ...]] = set()
        weight = 0.0
        for sentence in (self.here, self.other) if self.other else (self.here,):
            taken: list[Hit] = []
            found = hits((*self.item.any_of, *self.item.with_), sentence)
            heaviest_first = sorted(
                found, key=lambda one: (-_weight_of(one.pattern), one.end - one.start)
            )
            for hit in heaviest_first:
                words = stem_phrase(sentence.within(hit.start, hit.end))
                if words not in seen and not any(map(hit.overlaps, taken)):
                    taken.append(hit)
                    seen.add(words)
                    weight += _weight_of(hit.pattern)
        return weight

    def _named(self, rule: str, lacks: str) -> Finding:
        return _finding(self.at, State.NAMED, [self.here], rule, lacks)

    def _mechanism(
        self, concept: Sequence[Hit], *, listed_is_fine: bool
    ) -> tuple[Hit, Hit, Sentence] | None:
        """The first `with` hit that counts, after its concept hit, and its sentence."""
        for sentence in (self.here, self.other):
            if sentence is None:
                continue
            next_door = sentence is not self.here
            if next_door and not (listed_is_fine or says_something(sentence)):
                continue
            found = hits(self.item.with_, sentence)
            for position, hit in enumerate(found):
                if next_door and _has_function_words_only(sentence, hit):
                    continue
                if next_door and not listed_is_fine and _in_list(sentence, hit):
                    continue
                names = [name for name in concept if self._adds(name, sentence, hit)]
                down = rejected(
                    sentence, hit, tuple(found[:position]), () if next_door else concept
                )
                if names and (self.item.reject_ok or not down):
                    return names[0], hit, sentence
        return None

    def _adds(self, concept: Hit, sentence: Sentence, hit: Hit) -> bool:
        """Whether a mechanism adds to a concept: other words, and within reach."""
        if stem_phrase(self.here.within(concept.start, concept.end)) == stem_phrase(
            sentence.within(hit.start, hit.end)
        ):
            return False
        if sentence is not self.here:
            return True
        low, high = sorted((hit.start, concept.start))
        between = sum(low <= token.start < high for token in sentence.tokens)
        return not hit.overlaps(concept) and between <= REACH_TOKENS

    def _explained(
        self, concept: Hit, mechanism: Hit, explaining: Sentence, values: Mapping[str, float]
    ) -> Finding:
        """The window as justified, or as explained with what it lacks."""
        name = f'"{_shown(self.here, concept)}"'
        where = "in the same sentence"
        if explaining is not self.here:
            after = explaining.start > self.here.start
            where = "in the next sentence" if after else "in the sentence before"
            where = "below it" if self.here.heading else where
        rule = f'{name} with "{_shown(explaining, mechanism)}" {where}'
        speaking = [one for one in self.span if self._speaks(one, explaining)]
        figure = measured(speaking)
        option = next(filter(None, map(alternative, speaking)), "")
        broken = next(filter(None, map(failure, speaking)), "")
        because = next(filter(None, map(reason, speaking)), "")
        if self.needs_reason and not because and ":" not in self.here.text:
            return self._named(f"{name} turned down without a reason", "reason")
        used = estimate_used(speaking, self.item.numbers, values)
        support = (
            (figure and f'the figure "{figure}"')
            or (option and f'an alternative ("{option}")')
            or (broken and f'a failure ("{broken}")')
        )
        ground = (because and f'a reason ("{because}")') or (used and f"the estimate {used} used")
        if support and ground:
            full = f"{rule}; {support} and {ground}"
            return _finding(self.at, State.JUSTIFIED, self.span, full)
        lacks = "support" if ground else "ground" if support else "both"
        return _finding(self.at, State.EXPLAINED, self.span, rule, lacks)

    def _speaks(self, sentence: Sentence, explaining: Sentence) -> bool:
        """Whether a sentence of the window is about the concept and not merely beside it."""
        if sentence in (self.here, explaining) or hits(self.item.any_of, sentence):
            return True
        later = max(self.here, sentence, key=lambda one: one.start)
        return later.tokens[0].text in LINKS


@lru_cache(maxsize=16_000)
def _weight_of(pattern: str) -> float:
    """What a pattern weighs: its own words together, one whole word at most."""
    if pattern in CLASSES:
        return CLASS_WEIGHT
    by_word = (
        EVERYWHERE_WEIGHT
        if word in stems_of(EVERYWHERE)
        else COMMON_WEIGHT
        if word in stems_of(COMMON)
        else 1.0
        for word in stem_phrase(pattern)
    )
    return min(1.0, sum(by_word))


def _has_function_words_only(sentence: Sentence, hit: Hit) -> bool:
    """Whether a hit is like "because", which explains nothing from a neighbour."""
    words = tokenize(sentence.within(hit.start, hit.end))
    return all(word.text in FUNCTION_WORDS for word in words)


def _is_made_of(sentence: Sentence, found: Sequence[Hit]) -> bool:
    """Whether little stands in the sentence but the hits: "cache LRU eviction in memory".

    Small words excuse it: "out of scope are scans and indexes" says something. So does a sum.
    """
    small = sum(token.text in FUNCTION_WORDS for token in sentence.tokens)
    if small >= SMALL_WORDS_SHARE * len(sentence.tokens) or is_sum(sentence):
        return False
    if any(token.text in AUXILIARIES for token in sentence.tokens):
        return False
    covered = sum(
        any(hit.start <= token.start < hit.end for hit in found) for token in sentence.tokens
    )
    enough = len(sentence.tokens) >= MADE_OF_TOKENS_MIN
    return enough and covered >= MADE_OF_SHARE * len(sentence.tokens)


def _in_list(sentence: Sentence, hit: Hit) -> bool:
    members = listed(sentence)
    return any(
        sentence.tokens[at].start < hit.end and hit.start < sentence.tokens[at].end
        for at in members
    )


def _finding(
    at: int, state: State, window: Sequence[Sentence], rule: str, lacks: str = ""
) -> Finding:
    first, last = window[0], window[-1]
    return Finding(at, state, first.start, last.end, first.line, rule, lacks)


def _shown(sentence: Sentence, hit: Hit) -> str:
    """The words of a hit as the person wrote them, on one line."""
    return " ".join(sentence.within(hit.start, hit.end).split())
