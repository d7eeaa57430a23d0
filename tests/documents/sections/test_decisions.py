"""What stands of a decision beside its comparison: why, what it turns on, what was not chosen."""

from __future__ import annotations

import pytest

from sdcli.documents.text.markers import blocks_of, pieces

DECIDED = """\
schema: sdcli/1
id: shop
title: Decided
assumptions: {load: {value: 2k request/s}}
decisions:
  - id: D1
    context: Keys must be spread.
    drivers: [few keys move, the load is even]
    options: [{name: modulo, text: simple.}, ring]
    choice: ring
    because: few keys move.
    consequence: All know the list.
    confirm: load <= 3k request/s
    revisit_when: load >= 3k request/s
  - {id: D2, options: [a, b], choice: b}
  - {id: D3, choice: just so}
  - {id: D4, choice: alone, compare: {it carries: load * 2}}
"""


@pytest.fixture
def decided(desk):
    desk.design.write_text(DECIDED)
    desk.build()
    return desk


def section(desk) -> str:
    return blocks_of(pieces(desk.text, "d"))["decisions"].text


def test_a_decision_reads_from_its_context_to_its_revisit(decided):
    assert section(decided).partition("\n### D2")[0] == (
        "\n## Decisions\n"
        "\n### D1: ring\n"
        "\nKeys must be spread.\n"
        "\nWhat it turns on:\n"
        "\n- few keys move\n- the load is even\n"
        "\nOptions: ring; modulo.\n"
        "\n- **modulo**: simple\n"
        "\nChosen: **ring**, because few keys move.\n"
        "\nAll know the list.\n"
        "\nConfirmed by `load <= 3k request/s`: **holds** (load is 2k request/s).\n"
        "\nRevisit when `load >= 3k request/s`: **not yet** (load is 2k request/s).\n"
    )


def test_little_is_said_of_a_decision_that_says_little(decided):
    text = section(decided)
    assert "### D2: b\n\nOptions: b; a.\n\nChosen: **b**.\n" in text
    assert "### D3: just so\n\nChosen: **just so**.\n" in text


def test_a_choice_without_others_is_worked_out_alone(decided):
    text = section(decided).partition("### D4: alone")[2]
    assert "| Option | it carries |\n|---|---|\n| **alone** (chosen) | 4k request/s |\n" in text
    assert "Compared by it carries, `load * 2`." in text
