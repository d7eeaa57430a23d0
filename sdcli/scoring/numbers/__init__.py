"""The numbers of an answer: its equations and its spoken results, worked out again.

amounts reads a sentence's numbers with what they measure, cues the words that make one a
result, readings what a few amounts come to together; spoken finds the numbers that a result
rests on, equations those that stand left of a sign, causes what a slip looks like; check
brings them together.
"""

from __future__ import annotations

from sdcli.scoring.numbers.check import check_numbers

__all__ = ["check_numbers"]
