"""Lists of many makers' prices, kept by third parties: one file a list."""
