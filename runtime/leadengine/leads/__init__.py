"""People who said who they are: found in events, scored with reasons, given to somebody."""
