"""Secrets at rest: a key file of the operator and columns only it can read."""
