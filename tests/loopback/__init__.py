"""Servers of our own on 127.0.0.0/8: nothing in the suite leaves it."""
