"""Mistral's page of prices: in the JSON of its scripts, or in tables as its documentation has had them.

Not read on purpose: the euros behind the page's switch, which are filled in by hand; the storage of models.
"""

from collections.abc import Iterator

from scrapers.names import model_name
from scrapers.payload_rows import Row, Rows, Stated, in_list, payload_rows
from scrapers.readers import first_of, table
from scrapers.source import Source

_METERS = {
    r"^ocr\b": "input_document_kpages",
    r"^audio input.*min": "input_audio_minutes",
    r"^audio generation": "input_mchars",
    r"^training": "training_mtok",
}
_TUNED = {"input": "tuned_input_mtok", "output": "tuned_output_mtok"}
_price, _fine_tuning = (in_list(key, label="value", price="price_dollar") for key in ("price", "fine_tuning"))


def prices(row: Row) -> Iterator[Stated]:
    """What a model costs; where training is priced too, what the trained one costs."""
    for stated in (list(_price(row)), list(_fine_tuning(row))):
        is_tuned = any(one.label.lower().startswith("training") for one in stated)
        for one in stated:
            word = one.label.split(" ")[0].lower()
            yield Stated(one.label, one.price, meter=_TUNED.get(word, "")) if is_tuned else one


def seats(row: Row) -> Iterator[Stated]:
    """What a plan costs a month; one that costs nothing or is custom has no price of a seat."""
    if row["title"] != "Free":
        yield Stated("", row["price_dollar"], str(row["unit"]).replace("*", ""), meter="seat_month")


def plan(row: Row) -> str:
    return f"Le Chat {row['title']}" if row["title"] else ""


def printed(name: str) -> str:
    return model_name(name.replace("↗", ""))


SOURCE = Source(
    url="https://mistral.ai/pricing",
    via="payload",
    reader=first_of(
        payload_rows(
            Rows(("name", "price"), prices, meters=_METERS),
            Rows(("title", "price_dollar", "unit"), seats, name=plan),
        ),
        table(named=printed),
    ),
    anchors=(
        "Mistral Large 3",
        "Mistral Medium 3.5",
        "Mistral Small 4",
        "Mistral NeMo",
        "mistral-small-latest",
        "mistral-embed",
    ),
    least=7,
)
