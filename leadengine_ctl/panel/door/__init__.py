"""Who is there, and may they: every request comes through here before anything else sees it."""
