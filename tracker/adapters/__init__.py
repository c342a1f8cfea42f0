"""Touches and decides nothing: settings, pages, channels, the store."""
