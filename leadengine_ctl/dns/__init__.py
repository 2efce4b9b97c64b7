"""Where names lead: one contract for every DNS provider, and a look at what the world sees."""
