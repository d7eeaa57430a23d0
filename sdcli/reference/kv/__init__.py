"""Key-value stores: what keeps bytes under a name, and what it may promise.

    engine/     one server: a log, tables, compaction; answers right or names the damage
"""
