"""Documents: Markdown whose every number is computed, and a check that names what is stale.

`build` writes `<id>.md` and `<id>.evidence.json` from a design; `check` says what no longer
agrees and why. `facts` has what can be computed before anything runs, `evidence/` what must be
run, `judging/` what the numbers say, `sections/` which blocks there are and what each prints,
`pictures/` the diagrams, `text/` how all that becomes Markdown without touching what belongs to the
writer.
"""

from sdcli.documents.build import Built, build
from sdcli.documents.check import Check, check
from sdcli.documents.starter import starter

__all__ = ["Built", "Check", "build", "check", "starter"]
