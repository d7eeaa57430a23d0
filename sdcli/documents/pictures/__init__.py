"""The pictures of a design, in the Mermaid that GitHub renders; each has a table beside it.

Only what every renderer knows: flowchart, sequenceDiagram, erDiagram and xychart-beta, generated
ids, quoted labels, no markup in labels, a title and a description for those who do not see it.
"""
