"""The panel: pages and an API, a second skin over the same operations."""
