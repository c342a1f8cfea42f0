"""ChatGPT Plus as OpenAI's help page states it, a page that is whole without a script."""

from scrapers.plans.chatgpt import READER
from scrapers.source import Source

SOURCE = Source(
    url="https://help.openai.com/en/articles/6950777-what-is-chatgpt-plus",
    provider="openai",
    reader=READER,
    anchors=("ChatGPT Plus",),
)
