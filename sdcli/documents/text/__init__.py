"""The text of a document: markers around what is generated, templates, and other people's words.

`markers` and `placing` keep what belongs to the writer; `templates` finds and `render` fills what
is generated; `escape` makes a design's words harmless for the place where they stand.
"""
