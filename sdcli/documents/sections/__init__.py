"""The sections of a document: which blocks it has, what each reads and what it prints."""
