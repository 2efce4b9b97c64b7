"""What a client's own pages and files say, cut into passages that can be found."""
