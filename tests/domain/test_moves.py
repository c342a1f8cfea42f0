"""What is a move, what is not, and what is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.page import Offer, ReadError, Reading, Refused, Terms
from tracker.domain.model import Move, Status
from tracker.domain.moves import Changes, step
from tracker.domain.observe import Known, hold_to_the_known, observe

T0 = datetime(2026, 8, 1, 12, tzinfo=UTC)
HOUR, AFTER = timedelta(hours=1), timedelta(minutes=2)


def offer(model: str, price: str, meter: str = "input_mtok", currency: str = "USD", **terms: str) -> Offer:
    return Offer(model, meter, Decimal(price), currency, Terms(**terms), f"{model} {price}")


class Watch:
    """A page watched look by look; what the store would keep is kept here."""

    def __init__(self, *offers: Offer) -> None:
        self.known: dict[str, Known] = {}
        self.pending: dict[str, Move] = {}
        self.ruled_out: dict[str, tuple[Decimal, Decimal]] = {}
        self.at, self.last_well = T0, None
        self.look(*offers)

    def look(self, *offers: Offer, later: timedelta = HOUR, refused: tuple[Refused, ...] = ()) -> Changes:
        self.at += later
        seen = observe(Reading(offers, refused=refused), "acme", self.at.date(), self.known)
        hold_to_the_known(seen, self.known)
        changes = step(
            self.known,
            self.pending,
            seen,
            source="acme",
            at=self.at,
            last_well=self.last_well,
            confirm_after=AFTER,
            ruled_out=self.ruled_out,
        )
        self.last_well = self.at
        self._keep(changes)
        return changes

    def _keep(self, changes: Changes) -> None:
        for o in changes.fresh:
            self.known[o.series.key] = Known(1, o.series, o.price, self.at, o.promo_until)
        for m in (*changes.confirmed, *changes.withdrawn):
            self.pending.pop(m.series.key)
        for m in changes.confirmed:
            self.known[m.series.key] = Known(1, m.series, m.after, m.at, m.promo_until)
        for m in changes.opened:
            self.pending[m.series.key] = m
        for k, o in changes.extended:
            self.known[o.series.key] = Known(1, k.series, k.price, self.at, o.promo_until)
        for k in changes.gone:
            del self.known[k.series.key]
        for k in changes.missing:
            since = k.missing_since or self.at
            self.known[k.series.key] = Known(
                1, k.series, k.price, k.valid_from, k.promo_until, k.missing + 1, since
            )


def models(n: int, price: str = "3") -> list[Offer]:
    return [offer(f"m{i}", price) for i in range(n)]


def test_the_first_look_is_no_move() -> None:
    changes = Watch().look(*models(4))
    assert len(changes.fresh) == 4
    assert not changes.opened


def test_a_cheaper_page_is_a_cut_once_a_second_look_sees_it_too() -> None:
    watch = Watch(offer("a", "3"), offer("b", "3"))
    first = watch.look(offer("a", "2"), offer("b", "3"))
    assert [m.status for m in first.opened] == [Status.provisional]
    assert not first.confirmed
    second = watch.look(offer("a", "2"), offer("b", "3"))
    (move,) = second.confirmed
    assert move.is_cut and move.event == "list_cut" and move.pct == Decimal("-33.33")
    assert move.at == move.recorded_at == T0 + 2 * HOUR
    assert move.not_before == T0 + HOUR
    assert not watch.look(offer("a", "2"), offer("b", "3")).opened


def test_a_second_look_too_soon_confirms_nothing() -> None:
    watch = Watch(offer("a", "3"))
    watch.look(offer("a", "2"))
    assert not watch.look(offer("a", "2"), later=AFTER - timedelta(seconds=1)).confirmed
    assert watch.look(offer("a", "2"), later=timedelta(seconds=1)).confirmed


def test_a_price_that_goes_back_is_withdrawn() -> None:
    watch = Watch(offer("a", "3"))
    watch.look(offer("a", "2"))
    changes = watch.look(offer("a", "3"))
    assert [m.reason for m in changes.withdrawn] == ["went back before it was confirmed"]
    assert not changes.opened and not watch.pending


def test_a_price_that_moves_on_begins_anew() -> None:
    watch = Watch(offer("a", "3"))
    watch.look(offer("a", "2"))
    changes = watch.look(offer("a", "1"))
    assert [m.reason for m in changes.withdrawn] == ["became 1 before it was confirmed"]
    assert [(m.before, m.after) for m in changes.opened] == [(3, 1)]


@pytest.mark.parametrize(("price", "believed"), [("0.3", True), ("30", True), ("0.003", False), ("0", False)])
def test_ten_times_is_held_until_the_page_said_so_for_a_week_unless_a_unit_slipped(
    price: str, believed: bool
) -> None:
    watch = Watch(*models(8))
    watch.look(offer("m0", price), *models(8)[1:])
    for _ in range(6):
        assert not watch.look(offer("m0", price), *models(8)[1:], later=timedelta(days=1)).confirmed
    assert [m.status for m in watch.pending.values()] == [Status.held]
    week = watch.look(offer("m0", price), *models(8)[1:], later=timedelta(days=1))
    assert [m.at for m in week.confirmed] == ([T0 + 2 * HOUR] if believed else [])


def test_half_a_page_that_moved_at_once_is_never_believed_by_waiting() -> None:
    watch = Watch(*models(8))
    watch.look(*models(8, "2"))
    for _ in range(20):
        assert not watch.look(*models(8, "2"), later=timedelta(days=1)).confirmed


def test_half_a_page_moving_at_once_is_held_but_not_on_a_small_page() -> None:
    small, large = Watch(*models(4)), Watch(*models(8))
    assert {m.status for m in small.look(*models(4, "2")).opened} == {Status.provisional}
    assert {m.status for m in large.look(*models(8, "2")).opened} == {Status.held}
    large = Watch(*models(8))
    four = large.look(*models(8, "2")[:4], *models(8)[4:]).opened
    assert {m.status for m in four} == {Status.provisional}


def test_a_new_model_or_meter_is_no_move() -> None:
    watch = Watch(*models(3))
    changes = watch.look(*models(3), offer("m9", "1"), offer("m0", "0.3", "cache_read_mtok"))
    assert len(changes.fresh) == 2
    assert not changes.opened


def test_a_page_that_lost_a_meter_or_half_its_rows_is_not_believed() -> None:
    both = [*models(4), *[offer(f"m{i}", "9", "output_mtok") for i in range(4)]]
    with pytest.raises(ReadError) as no_column:
        Watch(*both).look(*models(4, "2"))
    assert no_column.value.kind == "missing_column"
    with pytest.raises(ReadError) as half:
        Watch(*models(8)).look(*models(8, "2")[:4])
    assert half.value.kind == "incomplete_page"


def test_one_model_of_many_that_leaves_is_over_after_three_looks_and_two_days() -> None:
    watch = Watch(*models(8))
    assert not watch.look(*models(7)).gone
    assert not watch.look(*models(7), later=timedelta(hours=47)).gone
    assert len(watch.known) == 8
    assert len(watch.look(*models(7), later=timedelta(hours=2)).gone) == 1


def test_a_model_that_comes_back_was_never_gone() -> None:
    watch = Watch(*models(8))
    watch.look(*models(7))
    assert len(watch.look(*models(8)).back) == 1
    assert not watch.look(*models(7), later=timedelta(days=9)).gone


def test_another_currency_is_another_series() -> None:
    watch = Watch(*models(8))
    changes = watch.look(*models(7), offer("m7", "2.7", currency="EUR"))
    assert not changes.opened
    with pytest.raises(ReadError):
        Watch(*models(8)).look(*[offer(f"m{i}", "2.7", currency="EUR") for i in range(8)])


def test_two_prices_for_one_thing_are_refused_and_the_last_good_one_stays() -> None:
    watch = Watch(*models(8))
    for _ in range(5):
        changes = watch.look(*models(8), offer("m0", "2"), later=timedelta(days=1))
        assert not changes.opened and not changes.gone and not changes.missing
    assert len(watch.known) == 8


def test_a_row_that_the_reader_refused_is_not_missing() -> None:
    watch = Watch(*models(8))
    refused = (Refused("M7 | $3 or $4", "two prices in one cell"),)
    for _ in range(5):
        assert not watch.look(*models(7), refused=refused, later=timedelta(days=1)).gone


def test_dated_rows_move_on_their_day_and_not_before() -> None:
    rows = [
        offer("a", "2", promo_until="2026-08-31"),
        offer("a", "3", effective_from="2026-09-01"),
        *models(5),
    ]
    watch = Watch(*rows)
    assert not watch.look(*rows, later=timedelta(days=20)).opened
    (move,) = watch.look(*rows, later=timedelta(days=20)).opened
    assert (move.before, move.after, move.event) == (2, 3, "end_of_promo")
    assert move.at == datetime(2026, 9, 1, tzinfo=UTC)


def test_a_promotion_is_a_promotion_and_not_a_list_cut() -> None:
    watch = Watch(offer("a", "4"), *models(5))
    (move,) = watch.look(offer("a", "2", promo_until="2026-12-31"), *models(5)).opened
    assert move.event == "promo"


PAGES = st.dictionaries(
    st.sampled_from([f"m{i}" for i in range(6)]), st.sampled_from(["2", "3", "4"]), min_size=5
)


@given(pages=st.lists(PAGES, min_size=2, max_size=12))
def test_whatever_a_page_does_the_confirmed_moves_lead_to_the_price_that_is_held(
    pages: list[dict[str, str]],
) -> None:
    watch = Watch(*[offer(m, p) for m, p in pages[0].items()])
    replay = {key: k.price for key, k in watch.known.items()}
    for page in pages[1:]:
        try:
            changes = watch.look(*[offer(m, p) for m, p in page.items()])
        except ReadError:
            continue
        replay.update({o.series.key: o.price for o in changes.fresh})
        for m in changes.confirmed:
            assert replay[m.series.key] == m.before != m.after
            replay[m.series.key] = m.after
    assert {key: k.price for key, k in watch.known.items()} == {
        k: v for k, v in replay.items() if k in watch.known
    }


@given(PAGES)
def test_the_same_page_in_any_order_is_no_change(page: dict[str, str]) -> None:
    offers = [offer(m, p) for m, p in page.items()]
    changes = Watch(*offers).look(*reversed(offers))
    assert changes == Changes()


def test_observe_refuses_what_the_store_cannot_keep() -> None:
    offers = (offer("a", "0.00000000001"), offer("b", "1e12"), offer("c", "1"))
    seen = observe(Reading(offers), "acme", T0.date(), {})
    assert [o.model for o in seen.prices.values()] == ["c"]
    assert len(seen.refused) == 2


def test_a_page_of_which_nothing_holds_today_is_an_error_and_not_an_empty_price_list() -> None:
    with pytest.raises(ReadError):
        observe(Reading((offer("a", "2", promo_until="2026-07-31"),)), "acme", T0.date(), {})
    with pytest.raises(ReadError):
        observe(Reading((offer("a", "2"), offer("a", "3"))), "acme", T0.date(), {})


def test_a_promotion_that_is_over_leaves_the_last_price_until_the_page_says_what_holds() -> None:
    rows = [offer("a", "2", promo_until="2026-08-31"), *models(8)]
    watch = Watch(*rows)
    for _ in range(5):
        changes = watch.look(*rows, later=timedelta(days=20))
        assert not changes.opened and not changes.gone
    assert len(watch.known) == 9


def test_a_move_that_cannot_be_seen_at_the_second_look_is_withdrawn() -> None:
    for second in ((*models(8)[1:],), (*models(8), offer("m0", "2"))):  # gone; stated twice
        watch = Watch(*models(8))
        watch.look(offer("m0", "2.5"), *models(8)[1:])
        changes = watch.look(*second)
        assert [m.reason for m in changes.withdrawn] == ["not to be seen at the second look"]
        assert not watch.pending


def test_what_a_person_ruled_out_is_not_opened_again_until_the_page_says_something_else() -> None:
    watch = Watch(*models(8))
    watch.look(offer("m0", "2"), *models(8)[1:])
    (ruled,) = watch.pending.values()
    watch.pending.clear()
    watch.ruled_out = {ruled.series.key: (ruled.before, ruled.after)}
    assert not watch.look(offer("m0", "2"), *models(8)[1:]).opened
    assert watch.look(offer("m0", "1"), *models(8)[1:]).opened


def test_a_day_on_the_page_before_the_price_it_ends_dates_no_move() -> None:
    rows = [offer("a", "5", effective_from="2026-01-01"), *models(5)]
    watch = Watch(*rows)
    (move,) = watch.look(offer("a", "4", effective_from="2026-01-01"), *models(5)).opened
    assert move.at == watch.at


def test_a_promotion_that_is_extended_is_no_move_and_is_kept() -> None:
    watch = Watch(offer("a", "2", promo_until="2026-08-31"), *models(5))
    changes = watch.look(offer("a", "2", promo_until="2026-12-31"), *models(5))
    assert not changes.opened
    assert [(k.promo_until, o.promo_until) for k, o in changes.extended] == [("2026-08-31", "2026-12-31")]
