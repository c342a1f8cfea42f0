"""AI21's page of prices: a card for each model, whose two lines say what they are for."""

from scrapers.readers import cards, first_of, table
from scrapers.source import Source

SOURCE = Source(
    url="https://www.ai21.com/pricing/",
    reader=first_of(table(), cards()),
    anchors=("Jamba Mini", "Jamba Large", "Jamba 1.5 Mini", "Jamba 1.5 Large", "Jamba Instruct"),
    least=2,
)
