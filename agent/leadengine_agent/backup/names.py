"""What the one-off containers of backups are labelled with."""


def one_off_label(client: str) -> str:
    """Not the client's name alone: an activation ends the one-off containers it finds under that."""
    return f"{client}/backup"
