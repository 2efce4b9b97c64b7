"""Reading a client's website: only that one, only what its robots.txt allows, and never what lies inside."""
