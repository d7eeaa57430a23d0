"""Texts on which the reader was not tuned: how many it flags, said honestly."""

from __future__ import annotations

import pytest

from tests.scoring.numbers_tables import is_flagged, rows

FRESH = {name: cells for name, *cells in rows("fresh")}
UNSEEN = {name: cells for name, *cells in rows("unseen")}
# What it gets wrong: sound texts that it flags, and unsound ones that it lets pass.
FLAGGED_THOUGH_SOUND: set[str] = set()
MISSED_OF_FRESH = {"tickets", "digits", "ports", "threads", "quiz", "cron"}
# Three of these are subtractions, which are only ever a way to be right.
MISSED_OF_UNSEEN = {"dogs", "browser cache", "memory rest", "time budget", "lecture hour"}


@pytest.mark.parametrize(("table", "count"), [(FRESH, 40), (UNSEEN, 30)])
def test_at_most_one_sound_result_in_ten_is_flagged(table, count):
    flagged = {name for name, (text, sound, _) in table.items() if is_flagged(text, sound)}
    assert len(table) == count
    assert flagged == FLAGGED_THOUGH_SOUND
    assert len(flagged) <= 0.1 * len(table)


@pytest.mark.parametrize(("table", "known"), [(FRESH, MISSED_OF_FRESH), (UNSEEN, MISSED_OF_UNSEEN)])
def test_most_results_that_are_off_ten_times_are_flagged(table, known):
    """34 of 40 and 25 of 30; the target is all, and those that pass are listed above by name."""
    missed = {name for name, (text, _, unsound) in table.items() if not is_flagged(text, unsound)}
    assert missed == known
    assert len(table) - len(missed) >= 0.8 * len(table)
