"""The schema, one expand-only step after another."""
