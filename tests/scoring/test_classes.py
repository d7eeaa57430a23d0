"""Classes of words: what a pattern in angle brackets finds."""

from __future__ import annotations

import pytest

from sdcli.content.rules import PATTERN_CLASSES
from sdcli.scoring.classes import CLASSES
from sdcli.scoring.patterns import hits
from sdcli.scoring.text import read


def found(name: str, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in hits([name], read(text)[0])]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("<number>", "100M users post 2 photos, see step 2.", ["100M", "2"]),
        ("<number>", "Half of them, say twenty thousand.", ["Half", "twenty", "thousand"]),
        ("<number>", "Answer 302 to one or two of them.", []),
        ("<rate>", "That is 40 writes a second, or 3.5M/day.", ["40", "3.5M"]),
        ("<rate>", "We keep 40 writes. A second one fails.", []),
        (
            "<rate>",
            "1,000 QPS, 1,160 rps and 40 writes a second at the peak.",
            ["1,000", "1,160", "40"],
        ),
        ("<rate>", "We keep 3 copies and a second data centre.", []),
        ("<rate>", "With 3 replicas, the client waits an hour.", []),
        ("<bytes>", "We serve 2B requests to 3B users, 2B a day.", []),
        ("<percent>", "95% hit, 5 percent miss, 20 machines.", ["95", "5"]),
        ("<duration>", "After 50 ms or a 10-minute lease, not 50 machines.", ["50", "10"]),
        ("<bytes>", "Two rows of 500 bytes make 1 KB, and 12 TB in all.", ["500", "1", "12"]),
        ("<bytes>", "12 beds", []),
        ("<money>", "It costs $150k a day, or 20 dollars an hour, or 20 days.", ["150k", "20"]),
        ("<question>", "Does this look right?", ["right"]),
        ("<question>", "This looks right.", []),
    ],
)
def test_a_class_finds_its_members(name, text, expected):
    assert found(name, text) == expected


def test_the_writers_are_told_of_every_class():
    assert set(PATTERN_CLASSES) == set(CLASSES)
