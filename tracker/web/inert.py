"""What makes bytes of others harmless in a browser."""

from __future__ import annotations

INERT = {"content-security-policy": "default-src 'none'; sandbox", "x-content-type-options": "nosniff"}
