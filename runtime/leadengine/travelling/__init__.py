"""A client on its way from one stack to another: all its rows as one stream, verified where it arrives."""
