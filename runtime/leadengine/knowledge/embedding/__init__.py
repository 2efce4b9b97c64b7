"""Text as vectors, computed here: nothing of it leaves the stack."""
