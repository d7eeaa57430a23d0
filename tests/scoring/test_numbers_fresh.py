"""Forty texts on which the reader was not tuned: how many it flags, said honestly."""

from __future__ import annotations

from tests.scoring.numbers_tables import is_flagged, rows

FRESH = {name: cells for name, *cells in rows("fresh")}
# What it gets wrong: sound texts that it flags, and unsound ones that it lets pass.
FLAGGED_THOUGH_SOUND: set[str] = set()
MISSED = {"tickets", "digits", "ports", "threads", "quiz", "cron"}


def test_at_most_one_sound_result_in_ten_is_flagged():
    flagged = {name for name, (text, sound, _) in FRESH.items() if is_flagged(text, sound)}
    assert len(FRESH) == 40
    assert flagged == FLAGGED_THOUGH_SOUND
    assert len(flagged) <= 0.1 * len(FRESH)


def test_most_results_that_are_off_ten_times_are_flagged():
    """34 of 40; the target is all of them, and those that pass are listed above by name."""
    missed = {name for name, (text, _, unsound) in FRESH.items() if not is_flagged(text, unsound)}
    assert missed == MISSED
    assert len(FRESH) - len(missed) >= 0.8 * len(FRESH)
