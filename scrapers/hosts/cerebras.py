"""Cerebras: its page, whose table of prices stands in scripts only, or its public list of models."""

import re
from collections.abc import Iterator
from decimal import Decimal

from scrapers.hosts._either import api_or_page
from scrapers.html_page import whole_page
from scrapers.json_rows import PER_TOKEN, json_rows
from scrapers.names import model_name
from scrapers.page import Offer, Page
from scrapers.payload_tables import payload_tables
from scrapers.readers import table
from scrapers.source import Source
from scrapers.tables import is_html

_LOGO = re.compile(r"^\s*\[[A-Z][A-Z0-9 .-]*\]")
_PLAN = re.compile(r"(?P<title>[A-Z][\w ]{0,30}\s)?\$(?P<price>\d+(?:\.\d\d)?)\s*/\s*month", re.I)


def named(printed: str) -> str:
    """ "[ZAI]ZAI GLM 4.7*" begins with the logo to be drawn."""
    return model_name(_LOGO.sub("", printed))


def plans(page: Page) -> Iterator[Offer]:
    """What a month of a plan costs: a headline ("Cerebras Code"), the plan's name ("Pro"), its price."""
    headline = title = ""
    for line in whole_page(page.text).lines if is_html(page) else ():
        if said := _PLAN.fullmatch(line.text):
            name = f"{headline} {(said['title'] or title).strip()}".strip()
            yield Offer(name, "seat_month", Decimal(said["price"]), "USD", label=f"{name} | {line.text}")
        elif line.level in (1, 2):
            headline, title = line.text, ""
        elif line.level:
            title = line.text


SOURCE = Source(
    url="https://www.cerebras.ai/pricing",
    via="payload",
    reader=api_or_page(
        json_rows(
            rows="data",
            prices={
                "pricing.prompt": ("input_mtok", PER_TOKEN),
                "pricing.completion": ("output_mtok", PER_TOKEN),
            },
        ),
        table(tables=payload_tables, named=named, also=plans),
    ),
    anchors=("GPT OSS 120B", "ZAI GLM 4.7", "Llama 3.1 8B", "gpt-oss-120b", "zai-glm-4.7", "llama3.1-8b"),
    least=4,
)
