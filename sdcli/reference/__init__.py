"""Reference implementations: the parts that a design is made of, small enough to be read.

Standard library only. Time, chance, messages and disk are handed in, so that a test, a lab
and a design document can all run the same object and get the same numbers.

Begin with `hashing` (which server holds which key), then `limiters` (who may pass, and when).
"""
