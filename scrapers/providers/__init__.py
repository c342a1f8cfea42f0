"""Makers of models: one file a price list, named after its maker."""
