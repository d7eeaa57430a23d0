"""The calculators: one module for each subject, one function for each formula.

Each function is decorated with `calculator`, which names its title, formula and source; the kinds
of its arguments stand in the annotations. `sdcli/estimate/registry.py` lists them.
"""
