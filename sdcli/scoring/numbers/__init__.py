"""The numbers of an answer: its equations and its spoken results, worked out again.

amounts (with forms and numerals) reads a sentence's numbers and what they measure, cues the
words that make one a result, readings what a few amounts come to together; spoken (with line and
scope) finds the numbers that a result rests on, doubts what speaks against holding it off,
equations those that stand left of a sign, causes what a slip looks like; check brings them
together, within what work allows. Each pattern is compiled when it is first asked.
"""

from __future__ import annotations

from sdcli.scoring.numbers.check import check_numbers

__all__ = ["check_numbers"]
