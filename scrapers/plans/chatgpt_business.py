"""ChatGPT Business, once Team, as OpenAI's help page states it, billed monthly and annually."""

from scrapers.plans.chatgpt import READER
from scrapers.source import Source

SOURCE = Source(
    url="https://help.openai.com/en/articles/8792828-what-is-chatgpt-business",
    provider="openai",
    reader=READER,
    anchors=("ChatGPT Business", "ChatGPT Team"),
)
