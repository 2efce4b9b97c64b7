"""Rented servers: ordered, made a host, changed, given back."""
