"""The rows that the command line, the API, feeds and exports print: each is shaped here, once."""
