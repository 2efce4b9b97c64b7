"""Signing up without a person of ours: from a plan to a website that is served."""
