"""ChatGPT's plans, as the page of prices states them; announcements and help pages read alike."""

from scrapers.source import Source
from scrapers.subscriptions.cards import plans

READER = plans("Free", "Go", "Plus", "Pro", "Team", "Business", "Enterprise", "Edu", brands=("ChatGPT",))

SOURCE = Source(
    url="https://chatgpt.com/pricing/",
    provider="openai",
    reader=READER,
    anchors=("ChatGPT Plus", "ChatGPT Pro", "ChatGPT Business", "ChatGPT Team"),
    via="browser",  # the server's page names the plans, and a script fills in the amounts
)
