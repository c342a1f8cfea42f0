"""A page of plans is read for its list prices, by the month and by the year; what else it prints is none."""

from __future__ import annotations

import contextlib
import time

import pytest

from scrapers.page import Page, ReadError, Reading
from scrapers.subscriptions.amounts import PROMOTION, Amount, amounts_in
from scrapers.subscriptions.cards import plans
from scrapers.subscriptions.money import glued_apart

READ = plans("Free", "Go", "Plus", "Pro", "Pro+", "Business", "Business Basic", brands=("Acme",))


def amounts(text: str) -> list[Amount]:
    """What lines say, "|" for a line's end."""
    return list(amounts_in(glued_apart(text.replace("|", "\n"))))


def priced(text: str) -> list[tuple[str, str, str]]:
    return [
        (format(one.by_month(), "f"), one.currency, one.billing)
        for one in amounts(text)
        if one.per and one.is_price and not one.problem
    ]


MONTHLY = [
    ("$20/month", "20", "USD", ""),
    ("$ 20 / month", "20", "USD", ""),
    ("$20|USD / month", "20", "USD", ""),
    ("$10USDper user / month", "10", "USD", ""),
    ("US$20 per month", "20", "USD", ""),
    ("From $100|Per month", "100", "USD", ""),
    ("a $200 monthly plan", "200", "USD", ""),
    ("30 USD per month per user", "30", "USD", ""),
    ("$24.99 /user/mo*", "24.99", "USD", ""),
    ("21,99 €/month", "21.99", "EUR", ""),
    ("₩28,900|/ user / month", "28900", "KRW", ""),
    ("₹1,999 / month", "1999", "INR", ""),
    ("CA$27.99/month", "27.99", "CAD", ""),
    ("$27 CAD/month", "27", "CAD", ""),
    ("£16/month + VAT", "16", "GBP", ""),
    ("$20/month (billed monthly).", "20", "USD", "monthly"),
    ("$30.00 user/month, paid yearly", "30", "USD", "yearly"),
    ("$31.50 user/month, paid monthly, annual commitment", "31.5", "USD", "monthly"),
    ("$16.67/month ($200 billed annually)", "16.67", "USD", "yearly"),
    ("$200 billed annually ($16.67/month)", "16.67", "USD", "yearly"),
    ("$14.99|/mo*|Excluding taxes|Billed annually", "14.99", "USD", "yearly"),
    ("Yearly|$16.67 / month", "16.67", "USD", "yearly"),
    ("$14.99 per month|Annual report generation", "14.99", "USD", ""),
    ("$20/month. Save 20% with annual billing", "20", "USD", ""),
    ("$20/month|Save 20% with annual billing", "20", "USD", ""),
    ("$0 for 1 month, then $19.99/month", "19.99", "USD", ""),
    ("$249.99/month ($124.99/month for 3 months)", "249.99", "USD", ""),
    ("$96/year", "8", "USD", ""),
    ("$20 $16 /month billed annually", "16", "USD", "yearly"),
    ("$20$20 per month", "20", "USD", ""),
    ("Starts at $8/month on web", "8", "USD", ""),
    ("$25 per user / month, billed monthly or annually", "25", "USD", "unclear"),
]


@pytest.mark.parametrize(("text", "price", "currency", "billing"), MONTHLY)
def test_a_price_is_read_with_its_period_and_billing(
    text: str, price: str, currency: str, billing: str
) -> None:
    assert priced(text) == [(price, currency, billing)]


BOTH = [
    "$20/mo billed monthly, $16/mo billed annually",
    "Monthly $20/mo Yearly $16/mo",
    "Monthly|$20/mo|Yearly|$16/mo",
    "Billed monthly|$20/mo|Billed annually|$16/mo",
    "$20|per month|billed monthly|$16|per month|billed annually",
    "$20/mo when billed monthly and $16/mo when billed annually",
    "Billed monthly: $20/mo; billed annually: $16/mo",
]


@pytest.mark.parametrize("text", BOTH)
def test_two_ways_of_billing_are_never_taken_for_each_other(text: str) -> None:
    assert priced(text) == [("20", "USD", "monthly"), ("16", "USD", "yearly")]


NO_PRICE = [
    "Includes $10/month of Google Cloud credits",
    "$15 monthly total credits for Pro",
    "$100 worth of usage per month",
    "Save $40/year",
    "$5.99/month for students",
    "$2 per month per model",
    "$240/month for 10 users",
    "Add storage for $10/month",
    "as low as $15 per user/month",
    "$3.00 per 1M tokens",
    "was $30/month",
    "$20k per month",
    "$19⁹⁹/month",
    "$19|.99|/month",
    "$20–$30/month",
    "from $16 to $22 per month",
    "€1.299/month",
    "€20 USD/month",
    "$11/month on iOS",
    "The plan will cost $22/month",
    "$20 $16/month",
    "$20|$16|/month",
]


@pytest.mark.parametrize("text", NO_PRICE)
def test_what_is_no_list_price_is_not_read(text: str) -> None:
    assert priced(text) == []


PROMOTIONS = ["$10/month for 3 months", "50% off for 3 months|$10/month", "Limited time offer: $15/month"]


@pytest.mark.parametrize("text", PROMOTIONS)
def test_a_promotion_is_told_as_one(text: str) -> None:
    assert [one.problem for one in amounts(text)] == [PROMOTION]


def card(name: str, price: str, unit: str = "/ month") -> str:
    return f"<div><h3>{name}</h3><p>For work</p><p>{price}</p><p>{unit}</p><ul><li>A feature</li></ul></div>"


def read(*parts: str) -> Reading:
    body = "".join(parts) + f"<p>{'What the plans hold is listed elsewhere. ' * 4}</p>"
    html = f"<html><head><title>Acme plans</title></head><body>{body}</body></html>"
    return READ(Page("https://acme.example/plans", html))


def shown(reading: Reading) -> list[tuple[str, str]]:
    return [(offer.model, format(offer.price, "f")) for offer in reading.offers]


def test_titles_and_prices_in_lists_of_their_own_are_not_matched_by_position() -> None:
    with pytest.raises(ReadError):
        read("<h3>Go</h3><h3>Plus</h3><h3>Pro</h3>", "<p>$8 / month</p><p>$20 / month</p><p>$200 / month</p>")


def test_the_head_of_a_comparison_owns_nothing_of_what_is_below() -> None:
    found = read(card("Plus", "$20"), "<div>Free</div><div>Plus</div><div>Pro</div><p>$9 / month</p>")
    assert shown(found) == [("Acme Plus", "20")]


def test_the_plans_of_another_company_are_refused() -> None:
    with pytest.raises(ReadError, match="does not name Acme"):
        READ(
            Page(
                "https://acme.example/plans",
                f"<html><body>{card('Plus', '$20')}{'<p>words</p>' * 40}</body></html>",
            )
        )


def test_a_struck_price_is_none_and_what_stands_beside_it_is_a_promotion() -> None:
    found = read(card("Plus", "<s>$20</s> $10"), card("Pro", "$200"))
    assert shown(found) == [("Acme Pro", "200")]
    assert [refused.reason for refused in found.refused] == [PROMOTION]


def test_two_prices_of_one_plan_are_both_refused() -> None:
    assert shown(read(card("Plus", "$20"), card("Plus", "$25"), card("Pro", "$200"))) == [("Acme Pro", "200")]


def test_a_plan_that_is_not_known_gives_its_price_to_no_other() -> None:
    assert shown(read(card("Plus", "$20"), card("Max", "$50"))) == [("Acme Plus", "20")]


def test_another_product_in_a_card_keeps_its_price() -> None:
    found = read(card("Business", "$25"), "<p>Acme Business Studio costs $200/month.</p>")
    assert shown(found) == [("Acme Business", "25")]


def test_only_a_free_plan_costs_nothing() -> None:
    assert shown(read(card("Free", "$0"), card("Plus", "$0"), card("Pro", "$9"))) == [
        ("Acme Free", "0"),
        ("Acme Pro", "9"),
    ]


@pytest.mark.parametrize(
    ("on", "billing"), [("Annual", [{"billing": "yearly"}]), ("Monthly", [{}]), ("", [])]
)
def test_a_switch_says_which_billing_the_prices_are_of(on: str, billing: list[dict[str, str]]) -> None:
    switch = "".join(
        f'<button aria-pressed="{str(way == on).lower()}">{way}</button>' for way in ("Monthly", "Annual")
    )
    found = read(switch, card("Plus", "$16"), card("Go", "$8", "/ month, billed monthly"))
    assert [offer.terms.as_dict() for offer in found.offers if offer.model == "Acme Plus"] == billing


def test_a_page_says_whose_dollars_and_which_country_its_prices_are_of() -> None:
    found = read("<p>Prices are in CAD. Prices shown for Canada.</p>", card("Plus", "$27"))
    assert [(offer.currency, offer.terms.region) for offer in found.offers] == [("CAD", "CA")]


def test_data_for_search_engines_that_contradicts_the_page_is_not_believed() -> None:
    ld = """<script type="application/ld+json">{"@type": "Product", "name": "Acme Plus", "offers":
        {"price": "25", "priceCurrency": "USD", "priceSpecification": {"unitCode": "MON"}}}</script>"""
    assert shown(read(ld, card("Plus", "$25"))) == [("Acme Plus", "25")]
    assert shown(read(ld, card("Plus", "$20"), card("Pro", "$9"))) == [("Acme Pro", "9")]


def test_in_a_table_a_price_stands_where_a_plan_meets_the_word_price() -> None:
    found = read(
        "<table><tr><th></th><th>Plus</th><th>Pro+</th></tr>"
        "<tr><th>Pricing</th><td>$10 USD per month</td><td>$39 USD per month</td></tr>"
        "<tr><th>Credits</th><td>$15 per month</td><td>$70 per month</td></tr></table>"
    )
    assert shown(found) == [("Acme Plus", "10"), ("Acme Pro+", "39")]


@pytest.mark.parametrize(
    "text",
    [
        "<h3>Plus</h3>" + "<p>$20 / month billed annually in May 1</p>" * 5000,
        "<h3>Plus</h3><p>" + "$20 save " * 20000 + "</p>",
        "<h3>Plus</h3><p>$20 " + "billed and " * 20000 + "</p>",
        "<p>Plus</p>" * 20000,
        "<button>" + "Monthly " * 20000 + "</button>" + card("Plus", "$20"),
    ],
)
def test_no_page_takes_long(text: str) -> None:
    start = time.process_time()
    with contextlib.suppress(ReadError):
        read(text)
    assert time.process_time() - start < 4
