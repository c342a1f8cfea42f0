"""The views that `sql` and `export` read: the same names and columns on both databases."""

# ruff: noqa: S608 (nothing of a person is in these statements)
from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.facts import SOURCE
from tracker.domain.spans import NEVER_LOOKED_AT

_PLACES = 10_000_000_000  # how money is kept: see columns.Money
_NOT_LOOKED_AT = ", ".join(f"'{kind}'" for kind in sorted(NEVER_LOOKED_AT))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database writes what the two write differently."""

    main: str  # before the name of a table
    now: str
    yesterday: str
    number: str
    moment: str
    money: str

    def at(self, column: str, name: str = "") -> str:
        """A moment as ISO 8601 in UTC."""
        return f"{self.moment.format(column)} AS {name or column.rpartition('.')[2]}"

    def amount(self, column: str, name: str = "") -> str:
        """Money twice: as exact decimal text, and as a number to reckon with."""
        name = name or column.rpartition(".")[2]
        value = f"CAST({column} AS {self.number}) / {_PLACES}.0"
        return f'{self.money.format(column)} AS "{name}", {value} AS {name}_value'

    def pct(self, before: str, after: str) -> str:
        """A change in per cent; nothing from zero, or where one of the two is not there."""
        return (
            f"CASE WHEN {before} <> 0 THEN 100.0 * CAST({after} - {before} AS {self.number}) / {before} END "
            "AS pct"
        )


SQLITE = Dialect(
    main="main.",
    now="strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')",  # sorts as the moments that are kept do
    yesterday="strftime('%Y-%m-%dT%H:%M:%f999Z', 'now', '-1 day')",
    number="REAL",
    moment="substr({0}, 1, 19) || 'Z'",
    money=(
        "CASE WHEN {0} IS NOT NULL THEN "
        "rtrim(rtrim(printf('%s%d.%010d', CASE WHEN {0} < 0 THEN '-' ELSE '' END, "
        f"abs({{0}}) / {_PLACES}, abs({{0}}) % {_PLACES}), '0'), '.') END"
    ),
)
POSTGRESQL = Dialect(
    main="",
    now="CURRENT_TIMESTAMP",
    yesterday="(CURRENT_TIMESTAMP - INTERVAL '1 day')",
    number="double precision",
    moment="to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
    money="trim_scale({0} * 0.0000000001)::text",
)
DIALECTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
_SERIES = 's.tier, s.context, s."window" AS time_window, s.region, s.billing'


def views(d: Dialect) -> dict[str, str]:
    """The statement of each view by its name."""
    return {
        "current_prices": _prices(d, _holds_now(d)),
        "price_history": _prices(d, ""),
        "moves": _moves(d),
        "events": _events(d),
        "event_prices": _event_prices(d),
        "verdicts": f"SELECT v.id, v.claims, v.prediction, v.as_of, {d.at('v.recorded_at')}, v.file_sha256, "
        f"v.rollup, v.why FROM {d.main}verdicts v",
        "sources": f"SELECT o.id, o.kind, o.provider, o.url, o.state, {d.at('o.state_since')}, "
        f"{d.at('o.last_look')}, {d.at('o.last_well')}, o.last_outcome, o.offers, {d.at('o.due', 'next')} "
        f"FROM {d.main}sources o WHERE o.kind NOT IN ({_NOT_LOOKED_AT})",
        "deliveries": _deliveries(d),
        "announced": f"SELECT u.id, u.source, s.provider, u.model, s.model AS model_id, s.meter, {_SERIES}, "
        f"s.currency, {d.amount('u.before')}, {d.amount('u.price')}, u.day, {d.at('u.announced_at')}, "
        f"u.label, u.snapshot FROM {d.main}upcoming u JOIN {d.main}series s ON s.id = u.series",
        "articles": f"SELECT a.id, a.source, o.provider, a.title, a.url, {d.at('a.published_at')}, "
        f"{d.at('a.first_seen')} FROM {d.main}articles a JOIN {d.main}sources o ON o.id = a.source",
    }


def _prices(d: Dialect, more: str) -> str:
    over = f"CASE WHEN p.closed_at IS NOT NULL THEN {d.moment.format('p.valid_to')} END AS valid_to"
    return (
        f"SELECT p.id, s.provider, p.model, s.model AS model_id, s.meter, {d.amount('p.price')}, "
        f"s.currency, {_SERIES}, p.promo_until, {d.at('p.valid_from')}, {over}, {d.at('p.recorded_at')}, "
        "p.source, p.basis, p.label, p.snapshot "
        f"FROM {d.main}prices p JOIN {d.main}series s ON s.id = p.series WHERE p.withdrawn_at IS NULL{more}"
    )


def _holds_now(d: Dialect) -> str:
    """As `prices` has it: a fact that was gathered tells of the time until then, and of what it dates."""
    return (
        f" AND p.valid_from <= {d.now} AND (p.valid_to IS NULL OR p.valid_to > {d.now}) "
        f"AND (p.basis <> 'documented' OR p.valid_to IS NOT NULL OR p.recorded_at >= {d.yesterday})"
    )


def _moves(d: Dialect) -> str:
    return (
        f"SELECT m.id, {d.at('m.at')}, {d.at('m.not_before')}, {d.at('m.recorded_at')}, s.provider, "
        "CASE WHEN m.model <> '' THEN m.model ELSE s.model END AS model, s.model AS model_id, s.meter, "
        f"{_SERIES}, m.promo_until, s.currency, {d.amount('m.before')}, {d.amount('m.after')}, "
        f"{d.pct('m.before', 'm.after')}, m.event, m.status, m.reason, m.source, "
        f"CASE WHEN o.kind = '{SOURCE}' THEN 1 ELSE 0 END AS documented, m.label, m.snapshot, m.confirmed_by "
        f"FROM {d.main}moves m JOIN {d.main}series s ON s.id = m.series "
        f"JOIN {d.main}sources o ON o.id = m.source"
    )


def _stands(d: Dialect) -> str:
    """The rows of events that stand: what rests on a move that was withdrawn does not."""
    return (
        f"{d.main}event_rows r LEFT JOIN {d.main}moves w ON w.id = r.move "
        "WHERE coalesce(w.status, '') <> 'withdrawn'"
    )


def _events(d: Dialect) -> str:
    """The last ruling on an event holds; one none of whose rows stands is withdrawn."""
    last = f"(SELECT max(x.id) FROM {d.main}rulings x WHERE x.event = e.id)"
    rows = f"(SELECT count(*) FROM {_stands(d).replace('WHERE', 'WHERE r.event = e.id AND')})"
    return (
        "SELECT e.id, e.day, e.lo, e.hi, e.provider, e.kind, e.announcement, "
        f"CASE WHEN {rows} = 0 THEN 'withdrawn' ELSE coalesce(g.status, e.status) END AS status, "
        f"{rows} AS prices, {d.at('e.recorded_at')}, e.source, "
        "CASE WHEN g.id IS NULL THEN e.why ELSE g.status || ' by ' || g.by || ': ' || g.why END AS why "
        f"FROM {d.main}events e LEFT JOIN {d.main}rulings g ON g.id = {last}"
    ).replace("g.by", 'g."by"')


def _event_prices(d: Dialect) -> str:
    return (
        "SELECT r.id, r.event, s.provider, CASE WHEN r.model <> '' THEN r.model ELSE s.model END AS model, "
        f"s.model AS model_id, r.predecessor, s.meter, {_SERIES}, s.currency, {d.amount('r.before')}, "
        f"{d.amount('r.after')}, {d.pct('r.before', 'r.after')}, r.source, r.label, r.move, r.snapshot "
        f"FROM {_stands(d).replace(' WHERE', f' JOIN {d.main}series s ON s.id = r.series WHERE')}"
    )


def _deliveries(d: Dialect) -> str:
    """The name of a channel is there, its address never."""
    waits = f"CASE WHEN y.state = 'waiting' THEN {d.moment.format('y.next_try')} END AS next_try"
    return (
        f"SELECT y.id, y.alert, {d.at('a.created_at')}, y.channel, a.rule, a.event, a.subject, y.state, "
        f"y.attempts, {waits}, {d.at('y.tried_at')}, {d.at('y.sent_at')}, y.part_of, y.last_error "
        f"FROM {d.main}deliveries y JOIN {d.main}alerts a ON a.id = y.alert"
    )


NAMES = tuple(views(SQLITE))
