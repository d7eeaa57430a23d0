"""What differs between two designs, by what they come to and not by their letters.

side        a design opened for comparing, with its runs
difference  one thing that differs, and how much
judged      verdicts, survivals, decisions: what the numbers say
measured    runs, headroom, cost
written     assumptions, estimates, components, flows
rest        every other key of the design, so that nothing is passed over
compare     all of them, the most important first
"""

from sdcli.documents.diff.compare import Comparison, compare
from sdcli.documents.diff.difference import Difference
from sdcli.documents.diff.side import Side, opened, side

__all__ = ["Comparison", "Difference", "Side", "compare", "opened", "side"]
