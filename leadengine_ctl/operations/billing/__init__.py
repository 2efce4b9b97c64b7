"""Billing: our books follow the payment server, and what follows from them."""
