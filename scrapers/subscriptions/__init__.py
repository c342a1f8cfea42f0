"""The reader of pages of plans: what a seat costs a month, by card, table, line or structured data."""
