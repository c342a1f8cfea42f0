"""Subscriptions: one file a page of plans."""
