"""Where servers are rented: one contract for every provider."""
