"""Microsoft 365 Personal, Family and Premium, which hold Copilot, and Copilot Pro while it was sold.

A year's price is read where its twelfth is exact: of $199.99 it is not.
"""

from scrapers.source import Source
from scrapers.subscriptions.cards import plans

SOURCE = Source(
    url="https://www.microsoft.com/en-us/microsoft-365/buy/compare-all-microsoft-365-products",
    provider="microsoft",
    reader=plans(
        "Free",
        "Basic",
        "Personal",
        "Family",
        "Premium",
        brands=("Microsoft 365",),
        known_as={"Copilot Pro": "Copilot Pro", "Microsoft Copilot Pro": "Copilot Pro"},
    ),
    anchors=("Microsoft 365 Personal", "Microsoft 365 Family", "Microsoft 365 Premium", "Copilot Pro"),
)
