"""The concierge: answers a visitor's question from the client's own words, or says that it cannot."""
