"""The forms that numbers take in prose: scales, periods, units, words for shares and copies.

Tables and patterns, no rules; amounts.py reads by them. Each pattern begins where the number
ends, or (those that end in `$`, for words in lower case) ends where it begins.
"""

from __future__ import annotations

from sdcli.scoring.numbers.pattern import ANY_CASE, SPACED, Pattern
from sdcli.scoring.words import FUNCTION_WORDS, word_list, word_set

SCALES = {
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("m", "million", "millions", "mn", "mio"), 1e6),
    **dict.fromkeys(("b", "g", "bn", "billion", "billions"), 1e9),
    **dict.fromkeys(("t", "trillion"), 1e12),
}
IN_WORDS = {
    "half a": 0.5,
    "half an": 0.5,
    "a few": 3,
    "a couple of": 2,
    "a dozen": 12,
    "once": 1,
    "twice": 2,
    "thrice": 3,
    **dict(
        zip(
            word_list("one two three four five six seven eight nine ten"), range(1, 11), strict=True
        )
    ),
    "twelve": 12,
    "fifteen": 15,
    **dict(zip(word_list("twenty thirty forty fifty sixty"), range(20, 70, 10), strict=True)),
    "hundred": 100,
}
SMALL = "|".join(sorted((word for word in IN_WORDS if " " not in word), key=len, reverse=True))
LARGE = "hundred thousand|hundred million|thousand|million|billion|trillion|hundred"
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,9})?|\d{1,15}(?:\.\d{1,9})?)"
AMOUNT = Pattern(
    rf"""(?<![\w.,^])(?P<money>[$€£]\s?)?
        (?P<number>{NUMBER})(?![\d,]\d|\.\d|(?:st|nd|rd|th)\b)
        (?:\s?(?:\^|\*\*)\s?(?P<power>\d{{1,3}})|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
          |[eE]\+?(?P<exponent>\d{{1,2}})\b)?
        (?:\s?(?:-|–|to)\s?(?P<upto>{NUMBER})(?=[\s%kKmMgGtTbB]))?
        (?:\s?(?P<word>(?i:thousand|millions?|billions?|trillion|bn|mn|mio))\b
          |(?P<scale>[kKmMgGtTbB])(?![A-Za-z0-9]|i?[Bb]\b)|\s(?P<spaced>[kKmMgG])(?=\s[A-Za-z]))?
      |\b(?i:(?P<share>(?:one|1)(?:\s\w+)?\s(?:in|out\sof)\s(?:{SMALL}|\d{{1,6}})\b
          |(?:a|one|two|three)\s(?:half|third|quarter|fifth|tenth|thirds|quarters|fifths)\b
          |half(?=\s(?:of|the)\b))
      |(?P<words>half\san(?=\shour)|(?:{SMALL})\sand\sa\shalf|(?:half\sa|a|an|{SMALL})\s(?:{LARGE})
          |half\sa|a\sfew|a\scouple\sof|a\sdozen
          |{SMALL})\b(?!\s(?:of\sthe(?:m|se)|way|more|side|by)\b))""",
    SPACED,
)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
PERIOD_WORDS = "second|sec|s|minute|min|hour|hr|h|day|d|week|month|mo|year|yr|millisecond|ms|y|tick"
PERIODS = {"mo": "month", "y": "year"}
ADVERBS = {"daily": "day", "hourly": "hour", "monthly": "month", "weekly": "week"}
ADVERBS |= {"yearly": "year", "annually": "year", "annual": "year"}
PER = Pattern(
    r"\s?/\s?(?P<slash>[A-Za-z]+)|\s\(?(?:per|an?|each|every|for\s(?:each|every))"
    r"\s(?:single\s|active\s|daily\s)?(?P<per>[A-Za-z]+)|(?P<each>\s(?:each|apiece))\b"
    r"|\s(?P<adverb>daily|hourly|monthly|weekly|yearly|annually)\b"
)
# "5M links created per day": words between a thing and its period, none of which concludes.
LOOSE = Pattern(
    rf"(?:\s(?!so\b|is\b|which\b|that\b|makes?\b|gives?\b|and\b|or\b|with\b|then\b|in\b|"
    rf"at\b|for\b|each\b|every\b|once\b|(?:{SMALL})\b)[A-Za-z-]+){{1,4}}"
    rf"\s(?:per|an?|each|every)\s(?P<period>{PERIOD_WORDS})\b"
)
# "16 KB of buffers per socket"
LOOSE_THING = Pattern(
    r"(?:\s(?!so\b|is\b|which\b|that\b|makes?\b|gives?\b|and\b|or\b|then\b)[A-Za-z-]+){1,3}"
    r"\sper\s(?P<per>[A-Za-z]+)\b"
)
BEFORE = Pattern(
    rf"(?:\b(?:(?:per|every|each|(?:in|over|for|after)\s(?:an?|one))\s(?P<period>{PERIOD_WORDS})"
    r"|(?P<adverb>daily|hourly|monthly|weekly|yearly|annual)))\b[^.,;:?!()\d]{0,40}$"
)
EACH_BEFORE = Pattern(
    r"\b(?:each|every|per|an?\s(?:average|typical|single))\s(?:(?:active|daily|average|single)\s)*"
    r"(?P<noun>[a-z]+)\b[^.;:?!,\d]{0,40}$"
    r"|\b(?:an?|one|the\s(?:average|mean|typical|usual))\s(?:[a-z]+\s)?(?P<sized>[a-z]+)"
    r"\s(?:of|with|can\s[a-z]+|[a-z]+s|[a-z]+s\s(?:to|up|with))"
    r"\s(?:about\s|some\s|around\s|roughly\s|up\sto\s)?$"
)
PERCENT = Pattern(r"\s?(?:%|percent\b|per\scent\b)")
REST = Pattern(  # where what is left of a share is meant: 95 % hits are 5 % misses
    r"\b(?:hits?|miss\w*|rest|remain\w*|left|others?|los[et]|without|down\w*|unavailab\w*|fail\w*"
    r"|except|never|available|availability|uptime|reach(?:es)?|through)\b",
    ANY_CASE,
)
EXTRA = Pattern(r"\b(?:more|extra|headroom|overhead|on\stop|spare|grow\w*|plus)\b", ANY_CASE)
FACTOR = Pattern(r"\s?[x×](?!\w)(?!\s*[\d(])|-?\s?fold\b|\s?times\b(?!\s(?:an?|per|each|every)\s)")
RATIO = Pattern(r"\s?:\s?1\b(?![\d.])|\sto\s(?:1|one)\b")
WORD = Pattern(r"[\s-]?(?P<word>[A-Za-zµ][A-Za-zµ]*(?:['’]s)?)(?P<glued>-[a-z]+)?")
COPIES = Pattern(
    r"[\s-]?(?:-?way\s)?(?:full\s)?(?:copies|copy|replicas|replication|(?:times|x)\sreplicated)\b"
)
COPIED_BEFORE = Pattern(
    r"(?:replicat\w+(?:\sfactor)?|copies|copied|kept|stored)(?:\s(?:of|is|at|with|factor))*\s$"
)
DOES = Pattern(r"\s(?:can\s[a-z]+|[a-z]+s)(?:\s(?:up\sto|about|around|some|with))?\s")
TIMES_BEFORE = Pattern(r"\b(?:times|factor\sof|multiplied\sby)\s$")
EVERY = Pattern(r"\b(?:every|each)\s$")
DIVIDED = Pattern(r"\b(?:over|across|among|by|between|into|onto)\s(?:about\s|the\s)?$")
POWER_BEFORE = Pattern(r"(?:base|radix|base-)\s?$")
PLACES = Pattern(
    r"[\s-](?:random\s|hex\s|hexadecimal\s|decimal\s|alphanumeric\s|lowercase\s)?"
    r"(?P<what>characters?|chars?|digits?|letters?|symbols?)"
    r"(?:\s(?:of|in|over|from)\s(?:an?\s|the\s)?(?:alphabet\sof\s|set\sof\s)?"
    r"(?:base[\s-]?(?P<base>\d{1,3})|(?P<symbols>\d{1,3})(?:\s(?:symbols|characters|letters))?))?"
    r"|[\s-]base[\s-]?(?P<of>\d{1,3})\s(?:characters?|chars?|digits?|symbols?|letters?)",
    ANY_CASE,
)
LABELLED = Pattern(
    r"\b(?:step|option|phase|point|chapter|figure|https?|version|port|layer|level|rfc)"
    r"\s$"
)
ALPHABETS = {"hex": 16, "hexadecimal": 16, "decimal": 10, "alphanumeric": 62, "lowercase": 26}
NO_NOUNS = word_set("new daily active monthly concurrent peak short long average extra registered")
LOWER = {"kb": "KB", "mb": "MB", "gb": "GB", "tb": "TB", "pb": "PB", "Kb": "Kb"}
NOT_UNITS = word_set("d m")  # of which a bare number is no amount
ENDS = FUNCTION_WORDS | word_set(
    "x gives give giving makes make making means meaning needs need takes take lasts last fits fit"
    " comes come totals works holding holds adds equals yields yield fill fills cost costs go goes"
    " remain remains fail fails failed die dies left free stay stays reach reaches"
)
