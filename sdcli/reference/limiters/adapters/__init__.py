"""Adapters: stores that need a package of others, for those who have it installed.

Nothing beside this folder needs anything in it: a limiter knows of no adapter, and is handed one.
Each file is named after its package.
"""
