"""Taking money: the tiers and their prices, and the server that charges for them."""
