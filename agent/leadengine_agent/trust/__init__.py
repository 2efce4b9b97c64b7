"""Whom the host believes about releases, and what it was told by them."""
