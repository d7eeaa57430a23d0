"""A check that looks at everything.

The full check runs every experiment again and renders every block; `fast` compares inputs and
hashes only. Either way the answer names the key of the design, its old and its new value, and the
cheapest command that puts it right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.checking.answer import Check, RequirementState
from sdcli.documents.checking.blocks import Inspection
from sdcli.documents.checking.findings import on_the_build, on_the_design
from sdcli.documents.checking.prose import notes_on_document
from sdcli.documents.evidence.ledger import stored
from sdcli.documents.evidence.ledger_reading import read_ledger
from sdcli.documents.evidence.running import Runner
from sdcli.documents.files import read_document
from sdcli.documents.judging.verdicts import verdicts
from sdcli.documents.study import open_study

if TYPE_CHECKING:
    from sdcli.documents.checking.check import Watch
    from sdcli.documents.evidence.ledger import Ledger
    from sdcli.documents.evidence.plan import Pair
    from sdcli.documents.evidence.result import Evidence
    from sdcli.documents.files import Files


def look(files: Files, *, fast: bool, watch: Watch | None) -> Check:
    """Look at every block, requirement and decision; see check."""
    ledger: Ledger | None = None  # its name needs the design's id; nothing is looked up before

    def looked_up(pair: Pair) -> Evidence | None:
        return stored(ledger, pair)

    runner = Runner(None, watch)
    study = open_study(files, looked_up if fast else None, runner)
    runner.total = study.book.count
    design_id = study.facts.design.id
    ledger = read_ledger(files.ledger(design_id))
    document = files.document(design_id)
    found = read_document(document)
    blocks = Inspection(study, ledger, found, fast=fast).states()
    judged = verdicts(study.facts, study.book)
    tree, design, values = study.facts.tree, study.facts.design, study.facts.values
    findings = [
        *on_the_build(ledger, blocks, fast=fast),
        *on_the_design(study, ledger, judged),
        *notes_on_document(document, found or [], tree.data, design.nouns, lambda: values),
    ]
    states = [RequirementState.of(verdict) for verdict in judged]
    return Check(blocks, states, findings, files.design, document, tree)
