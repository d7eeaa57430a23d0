"""Evidence: what backs a component, run with its own parameters, and the ledger that keeps it.

`plan` binds a run to a component, `book` has the runs of one design, `ledger` what they gave,
`provenance` the code that they came from.
"""
