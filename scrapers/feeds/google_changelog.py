"""Google's release notes of the Gemini API, in Markdown: days as headings, changes as lists."""

from scrapers.changelog import changelog
from scrapers.source import Source

SOURCE = Source(
    url="https://ai.google.dev/gemini-api/docs/changelog.md.txt",
    reader=changelog(),
    provider="google",
    accept="text/markdown, text/plain;q=0.9",
    via="markdown",
    least=3,
    quiet=True,
)
