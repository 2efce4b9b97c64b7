"""Whole days of visits as columns of small numbers, counted in memory."""
