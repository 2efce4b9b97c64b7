"""What a client chooses: a page for each group of choices."""
