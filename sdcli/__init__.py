"""sdcli: the instrument for system design in the terminal.

Practise an interview, estimate, and write the design down with numbers that are
computed and components that are backed by runs of reference implementations.
The layers and who may import whom: CONTRIBUTING.md; the rule is kept by
tests/test_house.py.
"""

__version__ = "0.1.0"
