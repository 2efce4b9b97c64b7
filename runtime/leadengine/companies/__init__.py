"""Which company a visitor's network belongs to; a company, never a person."""
