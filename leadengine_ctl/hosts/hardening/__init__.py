"""A host that is hard to break: what it is made of, how it is put there, how it is looked at."""
