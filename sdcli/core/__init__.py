"""What every layer needs and nobody should write twice: errors, clock, chance, files.

Imports nothing of sdcli. Its modules: errors (the tree and the exit codes), clock,
chance (the one source of randomness), yaml (the one reader), files (atomic writes),
folders (where data, settings and shipped content live), suggest (did you mean), text (what may
be shown as it is).
"""
