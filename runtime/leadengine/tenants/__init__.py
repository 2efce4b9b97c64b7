"""Clients that share a database, each behind row-level security."""
