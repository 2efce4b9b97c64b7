"""Working through a panel: its API, with a person's own token."""
