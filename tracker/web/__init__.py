"""The entrance for browsers and monitors: it only reads the store."""
