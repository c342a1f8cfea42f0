"""Microsoft 365 Copilot for work: what a user costs a month, paid yearly or monthly.

Not read on purpose: what is billed by use, such as Copilot Studio, and bundles under other names.
"""

from scrapers.source import Source
from scrapers.subscriptions.cards import plans

SOURCE = Source(
    url="https://www.microsoft.com/en-us/microsoft-365-copilot/pricing",
    provider="microsoft",
    reader=plans(
        "Microsoft 365 Copilot",
        "Microsoft 365 Copilot Business",
        "Microsoft 365 Copilot Enterprise",
        "Microsoft 365 Copilot Chat",
        free=("Microsoft 365 Copilot Chat",),
        known_as={"Copilot for Microsoft 365": "Microsoft 365 Copilot"},
    ),
    anchors=("Microsoft 365 Copilot", "Microsoft 365 Copilot Business", "Microsoft 365 Copilot Enterprise"),
)
