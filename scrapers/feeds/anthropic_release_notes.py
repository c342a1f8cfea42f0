"""Anthropic's release notes of its API and console, in Markdown: days as headings, changes as lists."""

from scrapers.changelog import changelog
from scrapers.source import Source

SOURCE = Source(
    url="https://platform.claude.com/docs/en/release-notes/overview.md",
    reader=changelog(),
    provider="anthropic",
    accept="text/markdown, text/plain;q=0.9",
    via="markdown",
    least=3,
    quiet=True,
)
