"""Feeds of articles: one file a feed."""
