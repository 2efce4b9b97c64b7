"""The dashboard inside another application's pages: keys, guests, and how the frame looks."""
