"""Turns a page into what it says: no network, no clock, no database."""
