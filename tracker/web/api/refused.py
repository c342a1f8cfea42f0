"""What a request gets that asks for what is not there."""

from __future__ import annotations


class Refused(Exception):
    """A status of 4xx and one sentence that says what is allowed; it never quotes what was asked."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words
