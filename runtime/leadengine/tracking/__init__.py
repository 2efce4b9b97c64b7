"""Visits: what the pixel sends, the queue it waits in, and the rows it becomes."""
