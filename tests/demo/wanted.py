"""Eight rules that use all that a rule can say, and a page of our own that gives them something to do."""

from __future__ import annotations

from datetime import time as Time
from decimal import Decimal

from tracker.domain.schedule import Daily, Hours
from tracker.domain.settings import Rule, Workload

D = Decimal
BERLIN = "Europe/Berlin"
WEEKDAYS = frozenset(range(5))
RULES = (
    Rule("batch", provider=("openai",), tier=("batch",), to=("team",)),
    Rule(
        "big cuts of the labs",
        provider=("openai", "anthropic", "deepseek"),
        model=("openai/gpt-*", "claude-*", "deepseek*"),
        event=("list_cut",),
        min_pct=D(25),
        to=("team", "second"),
    ),
    Rule("rises", direction="rise", watch="all", digest=Daily(Time(9), BERLIN, WEEKDAYS), to=("mail",)),
    Rule("creep", provider=("acme",), min_pct=D(5), to=("phone", "mail")),
    Rule(
        "cents",
        meter=("output_mtok",),
        min_amount=D("0.5"),
        watch="all",
        quiet=(Hours(Time(22), Time(9), BERLIN),),
        to=("phone",),
    ),
    Rule("llama", maker=("meta",), watch="all", below=D("0.95"), to=("program", "phone", "team")),
    Rule("watched", to=("program",)),
    Rule(
        "all, on Mondays",
        watch="all",
        digest=Daily(Time(18, 30), "UTC", frozenset({0})),
        quiet=(Hours(Time(18), Time(19), "UTC", frozenset({0})),),
        to=("second",),
    ),
)
WATCH = ("openai", "mistral", "deepseek/*-pro", "acme/creep*")
LLAMAS = ("llama", "meta-llama/")  # what Meta made, whoever sells it
WORKLOAD = Workload("support bot", "openai/gpt-5.6-luna", {"input_mtok": D(300), "output_mtok": D(40)})


def own_prices(day: int) -> dict[str, str]:
    """What our own page lists on a day: slow creep down and up, a zigzag, one that comes back.

    It moves in two weeks of eight.
    """
    day = day // 56 * 14 + min(day % 56, 13)
    down, up = D(10) * D("0.99") ** day, D(10) * D("1.01") ** day
    zigzag = D(10) + D(day % 7) * (1 if day // 7 % 2 == 0 else -1) / 10
    back = D(4) if day % 5 else D(5)
    llama = D(1) - D(day % 9) / 50
    priced = {
        "creep-down": down,
        "creep-up": up,
        "zigzag": zigzag,
        "back": back,
        "meta-llama/llama-4-scout": llama,
    } | {f"rest-{n}": D(n) for n in range(1, 9)}  # half a page that moves at once is not believed
    return {model: str(price.quantize(D("0.0001"))) for model, price in priced.items()}
