"""What is read: known without the libraries that read it."""

LARGEST = 5_000_000
"""Bytes of one file."""
MOST_TEXT = 2_000_000
"""Characters of one document."""
KINDS = (".pdf", ".docx", ".html", ".htm", ".md", ".txt", ".csv")
"""The ends of names that are read."""
