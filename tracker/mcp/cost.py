"""The tool that says what a month of use costs, then and now, and where it would cost less."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from scrapers.meters import METERS
from tracker.adapters.config.wrong import unknown
from tracker.adapters.store import questions
from tracker.adapters.store.filters import Filters
from tracker.mcp.arguments import read
from tracker.mcp.asking import Answer, Call, known
from tracker.mcp.inert import cut
from tracker.mcp.prices import with_evidence
from tracker.web.api import parameters as p
from tracker.web.api import wholes
from tracker.web.api.refused import Refused

PARAMETERS = (p.OFFERED, p.MONTHLY, p.WORKLOAD, p.BILL_SINCE, p.AT, p.KNOWN_AT)
MONTHLY = {
    "monthly": {
        "type": "object",
        "description": "With model: a month's use by meter, in its unit (mtok is a million tokens).",
        "additionalProperties": {"type": ["number", "string"]},
        "propertyNames": {"enum": list(METERS)},
        "minProperties": 1,
        "examples": [{"input_mtok": 400, "output_mtok": 80}],
    }
}
MOST_PRICES = 200  # of one model, among which are those that the bill is reckoned from


def cost(call: Call) -> Answer:
    """Raises Refused."""
    monthly = call.arguments.get("monthly")
    given = read(PARAMETERS, {**call.arguments, "monthly": monthly and _written(monthly)}, call.now)
    if not call.own.workloads and "model" not in given:
        raise Refused(400, "this tracker has no workload of its own: give model and monthly")
    if "model" in given and "/" in given["model"]:
        known(call, {"model": given["model"]})
    asked = call.asked(given)
    found, bills = wholes.cost(asked)
    rows = [bill | {"prices": _prices(call, bill, asked.at, asked.known_at)} for bill in bills]
    shown, left_out = cut(found | {"bills": rows})
    return {**shown, "links": call.links, "left_out": left_out}


def _written(monthly: Any) -> str:
    """As the parameter has it: "input_mtok=400,output_mtok=80"."""
    if not isinstance(monthly, Mapping):
        raise Refused(400, 'monthly must be an object of meters and numbers, such as {"input_mtok": 400}')
    return ",".join(f"{_meter(meter)}={_amount(meter, amount)}" for meter, amount in monthly.items())


def _meter(meter: str) -> str:
    if meter not in METERS:
        raise Refused(400, f"monthly: a key {unknown(meter, METERS, 'a meter')}")
    return meter


def _amount(meter: str, amount: Any) -> str:
    words = format(Decimal(repr(amount)), "f") if isinstance(amount, float) else str(amount)
    if isinstance(amount, bool) or not words.replace(".", "", 1).isdecimal() or not words.isascii():
        raise Refused(400, f"monthly: {meter} needs a number, such as 400")
    return words


def _prices(call: Call, bill: Mapping[str, Any], at: datetime, known_at: datetime) -> list[dict[str, Any]]:
    """The prices that a bill is reckoned from, each with its source, its day and where it was read."""
    paid = {part["meter"]: part["after"] for part in bill["parts"]}
    held = Filters(provider=bill["provider"], model=bill["model"], since=at, until=at)
    found = questions.history(call.connection, known_at, held, limit=MOST_PRICES) if paid else []
    own = [r for r in found if r["currency"] == bill["currency"] and r["price"] == paid.get(r["meter"])]
    rows = [{name: value for name, value in row.items() if name not in ("line", "row")} for row in own]
    return with_evidence(call, rows, [row["row"] for row in own])
