"""Documents: Markdown whose every number is computed, and a check that names what is stale.

`build` writes `<id>.md` and `<id>.evidence.json` from a design; `check` says what no longer
agrees and why; `diagrams` has the pictures alone. From the design to the text: facts (what can
be computed), book (what must be run), verdicts (what the numbers say), outline (which blocks),
views (what each prints), render (Jinja2); markers and placing keep what belongs to the writer.
"""

from sdcli.documents.build import Built, build
from sdcli.documents.check import Check, check
from sdcli.documents.starter import starter

__all__ = ["Built", "Check", "build", "check", "starter"]
