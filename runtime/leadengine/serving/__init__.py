"""How a process of the stack serves, is paused, and stops without failing a request."""
