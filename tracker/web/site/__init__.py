"""The dashboard as files: the same pages, for any host that serves files."""
