"""Where vectors are searched. PostgreSQL has them all: an index that is lost is filled again."""
