"""The traps of price histories, each as a test, and each with the one rule without which it fails."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.domain.annotated import Row, record, rows_of, ruled
from tracker.adapters import claims as claims_files
from tracker.adapters import facts, genai
from tracker.domain import announced, steps
from tracker.domain.claims import Claims
from tracker.domain.events import Event, Kind, is_same_step
from tracker.domain.evidence import Evidence, evidence
from tracker.domain.histories import events_of_history
from tracker.domain.model import Basis
from tracker.domain.recorded import Label, Ruling, steps_of
from tracker.domain.spans import Span
from tracker.domain.successors import Blend
from tracker.domain.verdict import Verdict, judge

RECORDED = Path(__file__).with_name("recorded_steps.csv")
KNOWN = datetime(2026, 11, 23, tzinfo=UTC)
SEEN = [(date(2023, 1, 1), KNOWN.date())]  # the facts cover every day


# --- what is asked in the traps; a rule is removed by patching one of these, or the rules of steps ---


def the_claims() -> Claims:
    return claims_files.registered()


def the_events() -> tuple[Event, ...]:
    return documented_events()


@cache
def documented_events() -> tuple[Event, ...]:
    return tuple(announced.events_of(facts.moves(), Blend()))


@cache
def documented_prices() -> tuple[Span, ...]:
    return tuple(announced.spans_of([*facts.moves(), *facts.listings()]))


def the_dated_prices() -> Iterable[Span]:
    return genai.history()


def counted(definition: str, provider: str, events: Iterable[Event] | None = None) -> list[Evidence]:
    """What counts of a provider under a definition, whenever it was."""
    own = [e for e in (the_events() if events is None else events) if e.provider == provider]
    plans = provider == "anthropic" and definition == "D4"
    scope = "subscription" if plans else "api"
    return evidence(the_claims().definitions[definition], the_claims(), own, scope=scope)


def rises(provider: str) -> list[Evidence]:
    """What would count as a rise of input or output, were rises asked for."""
    claims = the_claims()
    down = claims.definitions["D1"]
    up = down.model_copy(update={"event": Kind.list_rise})
    own = [e for e in the_events() if e.provider == provider]
    return evidence(up, claims, own, scope="api")


def days(found: Iterable[Evidence]) -> list[str]:
    return [e.lo.isoformat() for e in found]


def verdict(prediction: str, as_of: str, events: Iterable[Event] | None = None) -> Verdict:
    claims = the_claims()
    (asked,) = (p for p in claims.predictions if p.id == prediction)
    provider = asked.subject.provider if asked.subject else ""
    own = [e for e in (the_events() if events is None else events) if e.provider == provider]
    return judge(claims, asked, own, date.fromisoformat(as_of), SEEN)


def step_of(recorder: str, day: str, model: str) -> Ruling:
    """What the step of a model that was recorded on a day is."""
    return ruled(_row(recorder, day, model), record(RECORDED))


def _row(recorder: str, day: str, model: str) -> Row:
    wanted = (recorder, date.fromisoformat(day), model)
    firsts = {row: row.steps[0] for row in rows_of(RECORDED)}
    (row,) = (row for row, s in firsts.items() if (s.recorder, s.day, s.series.model) == wanted)
    return row


def with_the_record_of(recorder: str, day: str, model: str) -> list[Event]:
    """The documented events, and those of their own that the step of a catalogue comes to."""
    history = []
    for step in _row(recorder, day, model).steps:
        at = datetime.combine(step.day, datetime.min.time(), UTC)
        told: dict[str, Any] = {"source": recorder, "basis": Basis.catalogue}
        began = datetime.combine(step.since or date(2024, 11, 4), datetime.min.time(), UTC)
        history += [
            Span(step.series, step.before, began, at, **told),
            Span(step.series, step.after, at, **told),
        ]
    known = [r for e in the_events() for r in e.rows]
    found = events_of_history(history, the_events(), documented_prices(), KNOWN)
    own = [replace(e, rows=tuple(r for r in e.rows if not _is_told(r, known))) for e in found]
    return [*the_events(), *(e for e in own if e.rows)]


def _is_told(row: Any, known: Iterable[Any]) -> bool:
    return any(is_same_step(row, k) for k in known)


# --- the traps ---


def trap_01_a_cut_of_december_that_was_recorded_in_march_is_no_evidence() -> None:
    ruling = step_of("tokencost", "2025-03-01", "claude-3-5-haiku-20241022")
    assert (ruling.label, ruling.day) == (Label.real, date(2024, 12, 5))
    events = with_the_record_of("tokencost", "2025-03-01", "claude-3-5-haiku-20241022")
    found = verdict("P2", "2026-01-29", events)
    assert found.by_definition["D1"].counted == ()
    assert found.by_definition["D1"].states["H90"] == "not_met"


def trap_02_a_catalogue_that_catches_up_after_months_is_a_correction() -> None:
    assert step_of("modelsdev", "2025-06-11", "o1-mini").label is Label.correction
    events = with_the_record_of("modelsdev", "2025-06-11", "o1-mini")
    assert days(counted("D1", "openai", events)) == days(counted("D1", "openai"))


def trap_03_names_that_are_re_pointed_are_no_cuts() -> None:
    for recorder, day, model in (
        ("tokencost", "2024-11-15", "gpt-4o"),
        ("tokencost", "2024-07-25", "mistral-large-latest"),
        ("tokencost", "2025-01-13", "mistral-large-latest"),
        ("tokencost", "2025-03-17", "mistral-small-latest"),
        ("modelsdev", "2025-12-08", "mistral-large-latest"),
    ):
        assert step_of(recorder, day, model).label is Label.alias_swap, model
    assert "2024-10-02" not in days(counted("D1", "openai"))


def trap_04_the_end_of_a_promotion_is_no_rise() -> None:
    assert step_of("tokencost", "2025-02-11", "deepseek-chat").label is Label.end_of_promo
    assert "2025-02-08" not in days(rises("deepseek"))


def trap_05_an_announced_promotion_is_no_cut() -> None:
    assert step_of("history-genai-prices", "2026-08-21", "gpt-5.6-sol").label is Label.promo
    assert "2026-08-21" not in days(counted("D1", "openai"))


def trap_06_a_rise_that_was_announced_and_cancelled_is_never_an_event() -> None:
    assert not [e for e in the_events() if e.provider == "anthropic" and e.day == date(2026, 9, 1)
                and "claude-sonnet-5" in {r.series.model for r in e.rows}]  # fmt: skip
    assert step_of("made-up", "2026-09-01", "claude-sonnet-5").label is Label.correction


def trap_07_what_is_recorded_before_it_takes_effect_counts_from_the_day_it_does() -> None:
    ruling = step_of("modelsdev", "2025-08-26", "deepseek-reasoner")
    assert (ruling.label, ruling.day) == (Label.real, date(2025, 9, 5))
    events = with_the_record_of("modelsdev", "2025-08-26", "deepseek-reasoner")
    assert min(e.lo for e in events if e.provider == "deepseek" and e.lo > date(2025, 3, 1)) == ruling.day


def trap_08_prices_that_are_filled_in_are_corrections() -> None:
    for day in ("2024-06-17", "2024-07-18"):
        for model in ("gemini-1.5-pro", "gemini-1.5-pro-latest"):
            assert step_of("tokencost", day, model).label is Label.correction, (day, model)


def trap_09_peak_and_off_peak_are_one_list_price_with_windows() -> None:
    own = [s for s in the_dated_prices() if s.series.provider == "deepseek"]
    v4_pro = [s for s in own if (s.series.model, s.series.meter) == ("deepseek-v4-pro", "input_mtok")]
    listed = [s.price for s in v4_pro if not s.series.terms.window]
    assert listed == [Decimal("0.435"), Decimal("0.66")]
    assert len({s.series for s in v4_pro}) == 2
    in_order = sorted(v4_pro, key=lambda s: (s.series.key, s.valid_from))
    for one, other in pairwise(in_order):
        assert one.series != other.series or one.valid_to == other.valid_from, "two prices at one time"
    assert [s.day for s in steps_of(v4_pro)] == [date(2026, 8, 17)]


def trap_10_a_promotion_ends_and_a_list_cut_follows_it() -> None:
    own = {e.day.isoformat(): e.kind for e in the_events() if e.provider == "mistral" and e.day.month == 10}
    assert (own["2026-10-20"], own["2026-10-29"]) == (Kind.end_of_promo, Kind.list_cut)
    assert "2026-10-29" in days(counted("D1", "mistral"))
    assert "2026-10-20" not in days(rises("mistral"))


def trap_11_a_successor_that_is_cheaper_in_one_of_two_is_not_cheaper() -> None:
    models = {r.series.model for e in counted("D2", "openai") for r in e.rows}
    assert {"gpt-5", "gpt-5-mini"}.isdisjoint(models) and "gpt-5-nano" in models


def trap_12_cached_input_alone_is_not_the_list_price() -> None:
    def models(definition: str) -> set[str]:
        return {r.series.model for e in counted(definition, "anthropic") for r in e.rows}

    assert "claude-sonnet-5-5" in models("D1x")
    assert "claude-sonnet-5-5" not in models("D1")


def trap_13_a_day_that_is_only_known_to_lie_about_a_horizon_decides_nothing_of_it() -> None:
    states = verdict("P4", "2026-11-23").by_definition["D4"].states
    assert states == {"H90": "not_met", "H365": "indeterminate", "open": "met"}


def trap_14_two_models_of_one_day_are_one_announcement() -> None:
    (found,) = (e for e in counted("D1", "openai") if e.lo == date(2026, 7, 30))
    assert {r.series.model for r in found.rows} == {"gpt-5.6-luna", "gpt-5.6-terra"}


TRAPS = {
    name: trap
    for name, trap in inspect.getmembers(sys.modules[__name__], inspect.isfunction)
    if name.startswith("trap_")
}


@pytest.mark.parametrize("name", TRAPS)
def test_no_history_walks_into(name: str) -> None:
    TRAPS[name]()


# --- the rule of each ---

Patch = pytest.MonkeyPatch
HERE = sys.modules[__name__]


def without(*rules: str) -> Callable[[Patch], None]:
    """Without some of the rules that say what a step is."""

    def remove(patch: Patch) -> None:
        for name in ("RULES", "BY_ITSELF", "BY_BETTER_SOURCES"):
            kept = tuple(r for r in getattr(steps, name) if r.__name__ not in rules)
            patch.setattr(steps, name, kept)

    return remove


def counting(kind: Kind) -> Callable[[Patch], None]:
    """Without the exclusion of a kind of event."""

    def remove(patch: Patch) -> None:
        claims = the_claims()
        kept = tuple(k for k in claims.defaults.exclude if k != kind)
        defaults = claims.defaults.model_copy(update={"exclude": kept})
        changed = claims.model_copy(update={"defaults": defaults})
        patch.setattr(HERE, "the_claims", lambda: changed)

    return remove


def defined(name: str, **update: object) -> Callable[[Patch], None]:
    """With another definition."""

    def remove(patch: Patch) -> None:
        claims = the_claims()
        other = claims.definitions[name].model_copy(update=update)
        changed = claims.model_copy(update={"definitions": {**claims.definitions, name: other}})
        patch.setattr(HERE, "the_claims", lambda: changed)

    return remove


def told(change: Callable[[Event], Iterable[Event]]) -> Callable[[Patch], None]:
    """With events that say something else."""

    def remove(patch: Patch) -> None:
        found = tuple(other for event in documented_events() for other in change(event))
        patch.setattr(HERE, "the_events", lambda: found)

    return remove


def on_the_best_day(event: Event) -> list[Event]:
    return [replace(event, lo=event.day, hi=event.day)]


def apart(event: Event) -> list[Event]:
    """One announcement a model."""
    models = dict.fromkeys(r.series.model for r in event.rows)
    return [
        replace(
            event,
            announcement=f"{event.announcement}:{model}",
            rows=tuple(r for r in event.rows if r.series.model == model),
        )
        for model in models
    ]


def at_any_hour(patch: Patch) -> None:
    """Without windows: prices by the hour as the list price."""
    at_peak = [
        replace(s, series=replace(s.series, terms=replace(s.series.terms, window="")))
        for s in the_dated_prices()
    ]
    patch.setattr(HERE, "the_dated_prices", lambda: at_peak)


RULES_OF: dict[str, list[Callable[[Patch], None]]] = {
    "trap_01": [without("known_move")],
    "trap_02": [without("already_in_force")],
    "trap_03": [counting(Kind.alias_swap), without("re_pointed"), without("reviewed_alias")],
    "trap_04": [counting(Kind.end_of_promo), without("known_move")],
    "trap_05": [counting(Kind.promo), without("known_move")],
    "trap_06": [without("cancelled")],
    "trap_07": [without("known_move")],
    "trap_08": [without("filled_in"), without("already_in_force", "another_models_price", "bounce")],
    "trap_09": [at_any_hour],
    "trap_10": [counting(Kind.end_of_promo)],
    "trap_11": [defined("D2", measure="components"), defined("D2", min_change_pct=Decimal(1))],
    "trap_12": [defined("D1", components="any")],
    "trap_13": [told(on_the_best_day)],
    "trap_14": [told(apart)],
}


@pytest.mark.parametrize(
    ("name", "remove"), [(name, remove) for name in TRAPS for remove in RULES_OF[name[:7]]]
)
def test_without_its_rule_it_would(name: str, remove: Callable[[Patch], None], monkeypatch: Patch) -> None:
    remove(monkeypatch)
    with pytest.raises((AssertionError, ValueError)):
        TRAPS[name]()
