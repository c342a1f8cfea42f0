"""Those who serve models that others made: one file a price list."""
