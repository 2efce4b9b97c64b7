"""What other systems are told: signed, tried again, and written down."""
