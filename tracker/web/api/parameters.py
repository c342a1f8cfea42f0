"""The parameters of the API: each says what it is, and refuses what it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from tracker.adapters.store.indexes import KINDS
from tracker.ask import events as asked_events
from tracker.ask.times import NotAMoment, moment
from tracker.domain.events import Kind
from tracker.domain.model import Status
from tracker.web.api.refused import Refused

LONGEST = 300  # letters of a value
MOST, USUAL = 1000, 100  # rows of a page
YEARS = (1970, 2100)  # of a day that may be asked for
# As the document describes a moment; what is read is ISO 8601, and no day that there is not.
MOMENT = (
    r"^(now|[0-9]{1,4}[dhm]|(19[7-9][0-9]|20[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-9]|3[01])"
    r"(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?Z?)?)$"
)
WORDS = rf"^[^\x00-\x1f\x7f-\xa0]{{0,{LONGEST}}}$"
DELIVERY_STATES = ("waiting", "sent", "dead")
FORMATS = ("json", "csv", "ndjson")
Read = Callable[[str, datetime], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `read` takes its words and the present moment, and raises Refused."""

    name: str
    says: str
    read: Read
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string", "pattern": WORDS})
    required: bool = False


def given(allowed: Sequence[Parameter], asked: Iterable[tuple[str, str]], now: datetime) -> dict[str, Any]:
    """The values of a request by name; what was left out or is empty is not there. Raises Refused."""
    known = {p.name: p for p in allowed}
    found: dict[str, Any] = {}
    met: set[str] = set()
    for name, words in asked:
        if name not in known:
            raise Refused(400, f"a parameter is unknown; allowed are {', '.join(known) or 'none'}")
        if name in met:
            raise Refused(400, f"{name} is given twice; once is allowed")
        met.add(name)
        if len(words) > LONGEST and name != "cursor":
            raise Refused(400, f"{name} is too long; {LONGEST} characters are allowed")
        if not words.isprintable():
            raise Refused(400, f"{name} holds a character that does not print")
        if words:
            found[name] = known[name].read(words, now)
    for parameter in allowed:
        if parameter.required and parameter.name not in found:
            raise Refused(400, f"{parameter.name} is needed: {parameter.says}")
    return found


# --- how they are read ---


def _text(words: str, now: datetime) -> str:
    return words


def _moment(name: str, *, end: bool) -> Read:
    def read(words: str, now: datetime) -> datetime:
        try:
            found = moment(words, now, end=end)
        except NotAMoment:
            found = None
        if found is None or not YEARS[0] <= found.year < YEARS[1]:
            raise Refused(
                400,
                f"{name} is no day or moment from {YEARS[0]} to {YEARS[1]};"
                " write 2026-08-21, 2026-08-21T14:00Z or 30d",
            )
        return found

    return read


def _day(name: str) -> Read:
    read = _moment(name, end=False)

    def day(words: str, now: datetime) -> date:
        found: datetime = read(words, now)
        return found.date()

    return day


def limited(most: int, usual: int, of: str) -> Parameter:
    """How many rows of a page or an answer."""

    def read(words: str, now: datetime) -> int:
        if words.isascii() and words.isdigit() and len(words) <= 4 and 1 <= int(words) <= most:
            return int(words)
        raise Refused(400, f"limit must be a whole number from 1 to {most}")

    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return Parameter("limit", f"Rows of {of}, {usual} where it is left out.", read, schema)


def _switch(words: str, now: datetime) -> bool:
    if words not in ("true", "false"):
        raise Refused(400, "documented must be true or false")
    return words == "true"


def one_of(name: str, says: str, words: Iterable[str]) -> Parameter:
    """A parameter with a closed list of values."""
    allowed = [str(word) for word in words]

    def read(asked: str, now: datetime) -> str:
        if asked not in allowed:
            raise Refused(400, f"{name} is none of those that there are: {', '.join(allowed)}")
        return asked

    return Parameter(name, says, read, {"type": "string", "enum": allowed})


def _when(name: str, says: str, *, end: bool) -> Parameter:
    schema = {"type": "string", "pattern": MOMENT, "examples": ["2026-08-21", "2026-08-21T14:00Z", "30d"]}
    return Parameter(name, says, _moment(name, end=end), schema)


# --- what there are ---

PROVIDER = Parameter("provider", "Only this provider, such as openai.", _text)
MODEL = Parameter("model", "Only this model: a name, provider/name, or a glob.", _text)
METER = Parameter("meter", "Only this meter, such as input_mtok.", _text)
SOURCE = Parameter("source", "Only this source.", _text)
EVENT = one_of("event", "Only this kind of event.", Kind)
MOVE_STATUS = one_of("status", "Only moves that stand so.", Status)
EVENT_STATUS = one_of("status", "Only events that stand so.", asked_events.STATUSES)
DOCUMENTED = Parameter(
    "documented", "Also what the bundled history tells and no look saw.", _switch, {"type": "boolean"}
)
SINCE = _when("since", "From this day or moment on; 30d means thirty days ago.", end=False)
UNTIL = _when("until", "Up to this day (its end) or moment.", end=True)
AT = _when("at", "As it held at this day (its end) or moment.", end=True)
KNOWN_AT = _when("known_at", "As it was recorded by this day (its end) or moment.", end=True)
BASE = Parameter("base", "The day that is 100; else the article's.", _day("base"), SINCE.schema)
STATE = one_of("state", "Only deliveries in this state.", DELIVERY_STATES)
CHANNEL = Parameter("channel", "Only to the channel of this name.", _text)
RULE = Parameter("rule", "Only by this rule.", _text)
ALERT_EVENT = Parameter("event", "Only of this event, such as move or source.", _text)
PREDICTION = Parameter("prediction", "Only this prediction, such as P1.", _text)
INDEX_KIND = one_of("kind", "Only this: jevons (the same models), lines, hosted or premium.", KINDS)
WORKLOAD = Parameter("workload", "Only the workload of this name.", _text)
OFFERED = Parameter("model", "Instead of the workloads that are set: this model, as provider/name.", _text)
MONTHLY = Parameter(
    "monthly",
    "With `model`: what a month uses, by meter.",
    _text,
    {"type": "string", "pattern": WORDS, "examples": ["input_mtok=400,output_mtok=80"]},
)
BILL_SINCE = replace(SINCE, says="Also the bill as it was on this day (its start) or moment.")
CLAIMS = Parameter("claims", "Only of the claims file of this source's id.", _text)
FORMAT = one_of("format", "How it is written; else as Accept says.", FORMATS)
LIMIT = limited(MOST, USUAL, "a page")
CURSOR = Parameter(
    "cursor",
    "Where the page before ended: its `next`, and nothing else.",
    _text,
    {"type": "string", "pattern": "^[A-Za-z0-9_-]*$"},
)
