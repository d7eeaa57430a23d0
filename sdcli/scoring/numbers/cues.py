"""The words that turn a number into a result, and those that turn it into a decision.

Tables, no grammar: "so about 70 a second" is a result, "with 2 trips each" is none, and
"one primary is enough" decides something.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sdcli.scoring.numbers.pattern import ANY_CASE, SPACED, Pattern

_ABOUT = (
    r"(?:about|around|roughly|approximately|approx\.?|some|nearly|almost|just|only|over|under"
    r"|more\sthan|less\sthan|at\sleast|at\smost|up\sto|ca\.?|~|≈|an?|another|say|close\sto"
    r"|well|a\stotal\sof|us|out|to|at|in\stotal|maybe|perhaps|still|then|already)"
)
# Words that say what comes out, right before the number.
_VERBS = (
    r"is|are|be|was|were|makes?|making|gives?|giving|yields?|yielding|come(?:s)?|coming|works?\sout"
    r"|equals?|totals?|totall?ing|adds?\sup|adding\sup|amounts?|means?|meaning|lasts?|lasting"
    r"|needs?|needing|takes?|taking|requires?|requiring|results?\sin|resulting\sin|leads?\sto"
    r"|produces?|producing|generates?|generating|stores?|storing|writes?|writing|grows?(?:\sby)?"
    r"|that's|it's|totals|leaves?|fills?|costs?|costing|a\stotal\sof|translates?(?:\sinto)?"
    r"|turns?\sinto|arrive(?:s)?\sat|reach(?:es)?|boils\sdown|hits?|pays?|moves?|sees?|handles?|gets?"
    r"|holds?|keeps?|have|has|sends?|reads?|serves?|carry|carries|transfers?|weighs?|allows?"
)
_RESULT = Pattern(
    rf"(?:\b(?P<so>so|hence|therefore|thus|consequently)\b(?:[\s,]+[A-Za-z'’:-]+){{0,7}}"
    rf"|\b(?P<verb>{_VERBS})(?P<object>(?:\s(?:us|me|you|them|we))?)"
    rf"|(?P<sign>[≈→⇒]|->|=>|\bi\.?e\.?,?))"
    rf"(?:[\s,(]*{_ABOUT}(?=[\s(~≈]|$))*[\s(~≈]*$"
)
_ABOUTS = Pattern(rf"(?:[\s,(]*{_ABOUT})*[\s(~≈]*$")
_RESTATED = Pattern(
    rf"^[\s,;(]*(?:or|i\.?e\.?,?|which\sis|that\sis|meaning)?(?:[\s,(]*{_ABOUT})*[\s(~≈]*$"
)
# Any other verb: "payers at $9 a month bring in", "are used up in".
_ANY_VERB = Pattern(
    r"\s(?:(?!(?:of|with|at|for|per|and|by|over|from|on|or|to|in|the|that|which|who|each|than|of|as"
    r"|every|into|after|before|plus|minus|times|across)\s)[a-z]+\s){1,3}"
    rf"(?:(?:in|at|up|to|up\sin)\s)?(?:{_ABOUT}\s)*[~≈]?"
)
_LABEL = (
    r"(?:qps|tps|rps|rate|traffic|throughput|storage|bandwidth|ingress|egress|total|volume|load"
    r"|memory|writes?|reads?|uploads?|growth|space|data|capacity|requests)"
)
_LABELLED = Pattern(
    rf"^\W*(?:[A-Za-z/-]+\s){{0,4}}?{_LABEL}"
    r"(?:\s(?:per|a|for|in|of|needed|required)\s?(?:an?\s)?\w*|\s\([^)]{0,30}\))*"
    rf"(?:\s(?:is|are|be|will\sbe|comes?\sto|reaches)|\s?:)(?:\s*{_ABOUT})*[\s~≈]*$"
)
_BACK = Pattern(
    r"^\W*(?:(?:over|in|after|for|per|at)\s(?:an?|one|the|each)?\s?[\w ]{1,20},?\s)?"
    r"(?:so|that(?:'s| is| makes| means| gives| comes)|this (?:is|makes|means|gives|comes)"
    r"|(?:that|this|it) adds|which|hence|therefore|thus|in total|together|altogether|i\.e\.)\b",
    ANY_CASE,
)
_GIVENS = Pattern(r"\W*(?:at|with|for|given)\s", ANY_CASE)
_PRONOUN = Pattern(r"\b(?:them|it|all of that|those|these|this|that)\b", ANY_CASE)
_ASSUMED = Pattern(
    r"\b(?:assum\w*|suppose|say|let's say|if|given|target|limit|budget|sla|slo|goal|allowed"
    r"|timeout|p9\d+|percentile|want|must stay|should stay|latency)\b",
    ANY_CASE,
)
_OTHER_CLAUSE = Pattern(
    r";(?!\s*(?:that|this|which|so|hence|at|with|about|or)\b)"
    r"|\b(?:while|whereas|but|although|unless|instead|rather|because)\b"
)
_CLAUSE = Pattern(r";|\b(?:while|whereas|but)\b")
_SUPPOSED = Pattern(r"\s(?:the|our|what|that\s\w|more|fewer|less|larger|bigger)\b")
# A number behind these is part of a condition or a phrase, and no result.
_NO_RESULT = Pattern(
    r"\b(?:when|if|because|since|until|unless|where|as|than|lose)\b|\b(?:for|of|in|on|after|before"
    r"|within|(?<!cope\s)(?<!deal\s)with|every|from|by|per|reserve|allow|the|those|these|its)\s*$",
    ANY_CASE,
)
PEAK = Pattern(r"\b(?:peaks?|bursts?|spikes?|worst|busiest|rush)\b", ANY_CASE)
READS = Pattern(
    r"\b(?:reads?|redirects?|views?|fetch\w*|search\w*|quer\w+|download\w*|feeds?|timelines?"
    r"|lookups?|gets?|play\w*|stream\w*|visits?|clicks?|opens?)\b",
    ANY_CASE,
)
_FAMILIES = (
    Pattern(r"\b(?:storage|stored?|disks?|space|growth|keep|kept|save)\b", re.IGNORECASE),
    Pattern(r"\b(?:bandwidth|egress|ingress|network|traffic|link|outgoing)\b", re.IGNORECASE),
    Pattern(r"\b(?:memory|ram|cached?|redis|hot)\b", re.IGNORECASE),
)

_DECIDES = Pattern(
    r"""\b(?:
      (?:so|hence|therefore|thus)\s(?:we|i|you|it|the\s\w+|a\s\w+|one\s\w+)\s(?:\w+\s)?
        (?:need|use|pick|choose|want|have\sto|must|can|could|will|would|should|do\snot|don't
          |shard|split|cache|partition|put|keep|store|take|go|add)\w*
      |which\s(?:forces?|rules?\sout|means\swe|calls?\sfor|is\swhy|justif\w+|allows?|demands?)
      |forc(?:es|ed|ing)|rules?\sout|ruled\sout|that\sis\swhy|that's\swhy|decides?|dictates?
      |(?:is|are|will\sbe|would\sbe)\s(?:more\sthan\s|just\s|plenty|well\s)?(?:enough|sufficient)
      |enough|suffices?|plenty|(?:does|do|will|would)?\s?(?:not|easily|never|no\slonger)\sfits?
      |fits?|fitted|within\sreach|too\s(?:much|many|big|large|slow|small|few|little|high|hot|expensive)
      |(?:need|needs|needing|requires?|calls?\sfor|demands?)\s(?:\w+\s){0,3}
        (?:machines?|servers?|nodes?|shards?|partitions?|replicas?|primar(?:y|ies)|cache|cdn|queue
          |instances?|workers?|brokers?|disks?|consumers?|boxes)
      |(?:one|a|single|two|three|\d+)\s(?:\w+\s)?(?:primary|server|machine|node|instance|box)
        \s(?:is|can|will|could|does|handles|copes|takes|holds|carries)
      |shard(?:s|ed|ing)?|partition(?:s|ed|ing)?|replicat(?:e|es|ed)|cach(?:e|es|ed|ing)
      |batch(?:es|ed|ing)?|compress(?:es|ed|ion)?|offload\w*|precompute\w*|fan[\s-]?out
      |cannot|can't|beyond|exceeds?|outgrows?|saturates?|no\sneed|not\sworth|worth
      |instead\sof|rather\sthan|must\sbe|has\sto\sbe|have\sto\sbe
    )\b""",
    SPACED | ANY_CASE,
)


# What is left of a whole, or the most of it: as often a difference as a product.
_REST = Pattern(
    r"\b(?:quorum|majority|left|free|remain\w*|reach(?:es)?|difference|and\sa\shalf)\b", ANY_CASE
)
_OTHER_SUBJECT = Pattern(
    r",\sand\s(?:the|our|an?|each|its|their)\s(?!total|sum|result|whole)(?:[\w-]+\s){1,2}(?:is|are)\b",
    ANY_CASE,
)
_SETTLED = Pattern(
    r"\b(?:stay(?:s|ing)?\s(?:at|with)|settled?\s(?:on|for|at)|cho?ose|pick|stick\s(?:to|with|at))\b",
    ANY_CASE,
)
_SETTLED_BEHIND = Pattern(
    r"\s(?:is|are|as)\s(?:my|our|the|an?)\s(?:\w+\s)?"
    r"(?:compromise|choice|pick|default|limit|cap|budget|bound|ceiling|threshold)\b",
    ANY_CASE,
)


class Cue(NamedTuple):
    """How a number is introduced as a result.

    `kind`: "so" (a conclusion), "verb" ("makes", "is"), "sign" ("→"), or "again" for what only
    says the same in another unit (", or 185 a second"). `word` is the verb, `start` where the
    words begin, in the gap.
    """

    kind: str
    word: str
    start: int


def _lower(words: str) -> str:
    """Lower case of the same length, which a few letters of other alphabets have not."""
    low = words.lower()
    return low if len(low) == len(words) else words


def cue(gap: str) -> Cue | None:
    """The cue at the end of the words before a number; None where the number is only stated.

    >>> cue(" make ").kind, cue(", so about ").kind, cue(", or ").kind, cue(" with 3 of ")
    ('verb', 'so', 'again', None)
    """
    gap = _lower(gap)
    tail = gap[-90:]
    found = _RESULT.search(tail)
    if found:
        at = len(gap) - len(tail) + found.start()
        words = _ABOUTS.compiled.split(found.group(), maxsplit=1)[0]
        if found["so"] and _NO_RESULT.search(words) and not found.group().rstrip().endswith("by"):
            return None
        if found["so"]:
            return Cue("so", "so", at)
        word = (found["verb"] or found["sign"]).lower()
        return Cue("verb" if found["verb"] else "sign", word, at)
    if _ANY_VERB.fullmatch(gap):
        return Cue("verb", "", 0)
    if len(gap) <= 40 and _RESTATED.match(gap) and gap.strip():  # noqa: PLR2004 - words of one phrase
        return Cue("again", "or" if re.search(r"\bor\b", gap) else ",", 0)
    return None


def is_label(before: str) -> bool:
    """Whether the words before a number name a result: "Write QPS is", "Storage per year:"."""
    return len(before) < 90 and bool(_LABELLED.match(_lower(before))) and not is_assumed(before)  # noqa: PLR2004 - a label is short


def points_back(sentence: str) -> bool:
    """Whether a sentence takes up the one before: "That is 30 TB a year"."""
    return _BACK.match(sentence) is not None


def opens_with_givens(sentence: str) -> bool:
    """Whether a sentence states first and concludes then: "At 40k a second ..., the store sees"."""
    return _GIVENS.match(sentence) is not None


def takes_up(sentence: str) -> bool:
    """Whether a sentence speaks of something before it: "we keep them for a week"."""
    return points_back(sentence) or _PRONOUN.search(sentence) is not None


def is_assumed(words: str) -> bool:
    """Whether words introduce what is taken for granted or wished for, no result."""
    return _ASSUMED.search(words) is not None


def are_other_things(one: str, other: str) -> bool:
    """Whether one text is about storage, and the other about bandwidth or memory."""
    first = [family.search(one) is not None for family in _FAMILIES]
    second = [family.search(other) is not None for family in _FAMILIES]
    return (
        any(first) and any(second) and not any(a and b for a, b in zip(first, second, strict=True))
    )


def turns_away(words: str, *, concludes: bool) -> bool:
    """Whether another clause begins among the words: "...; 20M connections take 40".

    Args:
        words: from the first number to the result.
        concludes: whether the result is a conclusion ("so"), for which a semicolon is no end.
    """
    return any(not (concludes and found.group() == ";") for found in _OTHER_CLAUSE.finditer(words))


def last_clause(words: str) -> int:
    """Where the last clause of the words begins, 0 when they are one."""
    return max((found.end() for found in _CLAUSE.finditer(words)), default=0)


def is_supposed(rest: str) -> bool:
    """Whether a factor is of something that is not there: "ten times the load"."""
    return _SUPPOSED.match(rest) is not None


def clause_of(words: str) -> str:
    """The words up to the first mark that ends a clause.

    >>> clause_of(" are free, so we wait")
    ' are free'
    """
    return re.split(r"[,;:.!?(]", words, maxsplit=1)[0]


def is_rest(words: str) -> bool:
    """Whether words speak of what is left of a whole, or of the most of it."""
    return _REST.search(words) is not None


def says_per(words: str) -> bool:
    """Whether an amount is said to be per something: "5 TB per shard", not "6 TB disks"."""
    return re.search(r"/|\b(?:per|an?|each|every)\b", words) is not None


def names_another(words: str) -> bool:
    """Whether words state something of another thing: ", and the index is"."""
    return _OTHER_SUBJECT.match(words) is not None


def is_settled(before: str, behind: str) -> bool:
    """Whether a number is chosen: by the words before it, or by those behind."""
    return _SETTLED.search(before) is not None or _SETTLED_BEHIND.match(behind) is not None


def decides(words: str) -> bool:
    """Whether words hold a decision.

    >>> decides("so one primary is enough"), decides("that is 40 a second")
    (True, False)
    """
    return _DECIDES.search(words) is not None
