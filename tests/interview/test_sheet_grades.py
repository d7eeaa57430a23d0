"""Grades of a text that is saved again and again: those of the whole text, at the price of what
changed.
"""

from __future__ import annotations

import pytest

from sdcli.interview import sheet_grades
from sdcli.interview.sheet_grades import TopicGrades, pieces
from sdcli.interview.terms import Terms
from sdcli.scoring import grade, topic_echoes
from tests.interview.scenario_text import scenario

LONG = """\
### Doors

Codes are pushed to the locker ahead of time.

The door knows codes. We do not need a ring.

- Each scan has a key.
- A hash ring moves little, because only the neighbours move.

Codes are pushed to 500 lockers ahead rather than asked for, because of tunnels.

How does a door open while its locker is offline?
"""


@pytest.mark.parametrize("text", ["", LONG, *LONG.split("\n\n"), "# Scans\n\n# Rings\n\nKeys."])
def test_they_are_those_of_the_whole_text(text):
    terms = Terms(scenario(), level="staff")
    for topic in terms.scenario.deep_dives:
        echoes = topic_echoes(terms.scenario, topic)
        whole = [grade(terms.items[name], text, echoes=echoes) for name in topic.items]
        found = TopicGrades(terms).on(topic, text)
        assert [(one.id, one.state, one.quote) for one in found] == [
            (one.id, one.state, one.quote) for one in whole
        ]


def test_a_heading_goes_with_what_stands_below_it():
    found = pieces("Before.\n\n# One\n\n## Two\n\nIt is so.\nAnd so.\n\n* a b\n* c d\n\n# End\n")
    assert found == ["Before.", "# One\n\n## Two\n\nIt is so.\nAnd so.", "* a b\n* c d", "# End"]
    assert pieces("\n \n") == []


def test_only_what_changed_is_graded_again_and_what_is_gone_is_forgotten(monkeypatch):
    graded = []

    def counted(item, text, **more):
        graded.append(text)
        return grade(item, text, **more)

    monkeypatch.setattr(sheet_grades, "grade", counted)
    grades = TopicGrades(Terms(scenario()))
    topic = scenario().deep_dives[1]

    def save(text):
        graded.clear()
        grades.begin()
        grades.on(topic, text)
        return set(graded)

    assert save("One.\n\nTwo.") == {"One.", "Two."}
    assert save("One.\n\nTwo.\n\nThree.") == {"Three."}
    assert save("One.\n\nThree.") == set()
    assert save("One.\n\nTwo and two.") == {"Two and two."}
    assert save("One.\n\nTwo.") == {"Two."}  # it was gone for two saves
