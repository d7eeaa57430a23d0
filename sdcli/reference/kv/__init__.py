"""Key-value stores: what keeps bytes under a name, and what it may promise.

engine/ is one server: a log, tables, compaction; it answers right or names the damage.
"""
