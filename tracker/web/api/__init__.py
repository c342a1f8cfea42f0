"""The API under /api/v1: what the verbs print with --json, page by page; it only reads."""
