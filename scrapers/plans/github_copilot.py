"""GitHub Copilot's plans for one person and for organizations; credits of a plan are no prices."""

from scrapers.source import Source
from scrapers.subscriptions.cards import plans

SOURCE = Source(
    url="https://github.com/features/copilot/plans",
    provider="github",
    reader=plans(
        "Free",
        "Student",
        "Pro",
        "Pro+",
        "Max",
        "Business",
        "Enterprise",
        brands=("Copilot", "GitHub Copilot"),
        free=("Free", "Student"),
    ),
    anchors=("Copilot Pro", "Copilot Pro+", "Copilot Business"),
)
