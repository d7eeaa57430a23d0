"""Adapters: the same answers by way of other packages, for those who have them installed.

Nothing in this folder is needed by anything beside it: a placement knows of no adapter. Each file
is named after its package, and says so with a MissingError where that is not installed.
"""
