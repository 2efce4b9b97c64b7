"""Messages that leave the stack."""
