"""What a user can set, as values; `adapters/config` fills them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from scrapers.page import STANDARD, Terms
from tracker.domain.schedule import Daily, Hours

# What a rule can name under `event`. Beside moves: `gone` is a model that left or was renamed, `source` one
# that fails, goes stale or blind, or is well again; `held` a move that waits for a person; `channel` one that
# nothing reaches; `verdict` a prediction that came to something else; `price_due` an announced price.
EVENTS = (
    "list_cut", "list_rise", "promo", "end_of_promo", "alias_swap", "plan_cut", "plan_rise", "gone", "source",
    "article", "verdict", "held", "channel", "price_due",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Channel:
    """One place to send to. `url` is a secret: it is never printed, logged or stored."""

    name: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which moves go where, and when. An empty filter lets everything through; `model` holds globs.

    Bounds are amounts of the price's own currency and unit.
    """

    name: str
    provider: tuple[str, ...] = ()
    maker: tuple[str, ...] = ()  # who made the model, whoever sells it
    model: tuple[str, ...] = ()
    meter: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()  # "standard" is the tier without a name
    event: tuple[str, ...] = ()
    direction: str = ""  # cut, rise
    source_kind: tuple[str, ...] = ()  # providers, plans, hosts, catalogs, feeds
    watch: str = "watched"  # watched, background, all
    min_pct: Decimal = Decimal(0)  # since the last price that was announced on the channel
    min_amount: Decimal = Decimal(0)
    below: Decimal | None = None  # the new price is lower
    above: Decimal | None = None
    to: tuple[str, ...] = ()  # channel names; empty: every channel
    digest: Daily | None = None  # absent: at once
    quiet: tuple[Hours, ...] = ()
    place: str = field(default="", repr=False, compare=False)  # "tracker.toml:7: rule.cuts", for errors


@dataclass(frozen=True, slots=True)
class Workload:
    """What a month of one's own use buys of one model, by meter and in the meter's unit."""

    name: str
    model: str  # "openai/gpt-4o"
    monthly: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    terms: Terms = STANDARD
    currency: str = ""  # of the price list that pays; needed only where one model has prices in several
    place: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SourceSetting:
    """What the settings say of one source; None leaves what its file says."""

    id: str
    url: str | None = None
    reader: str | None = None  # a source's id, or "generic"
    provider: str | None = None
    every: timedelta | None = None
    enabled: bool = True
    ca_file: Path | None = None  # verify TLS against this file instead of the system's
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # secrets: keys, cookies
    accept: str | None = None  # the Accept header
    anchors: tuple[str, ...] | None = None  # models of which at least one must be read
    least: int | None = None  # fewest offers of a page that is well
    browser: bool | None = None  # read the page as a browser renders it
    browser_hosts: tuple[str, ...] = ()  # beside the page's own site, where its files may come from
    place: str = field(default="", repr=False, compare=False)  # "tracker.toml:7: source.acme", for errors


@dataclass(frozen=True, slots=True)
class Look:
    """How pages are looked at."""

    pace: timedelta = timedelta(seconds=1)  # between two requests to one host
    confirm_after: timedelta = timedelta(minutes=2)  # the second look; zero looks again at once
    allow_private: frozenset[str] = frozenset()  # "host:port" that the address guard lets through
    timeout: timedelta = timedelta(seconds=10)  # connect, first byte, between bytes
    deadline: timedelta = timedelta(seconds=30)  # the whole fetch, redirects included
    max_bytes: int = 8 * 1024 * 1024  # decoded body
    concurrency: int = 8  # sources looked at side by side
    robots: bool = True
    user_agent: str = "llm-price-tracker/0.1"


@dataclass(frozen=True, slots=True)
class Backfill:
    """Where the past is fetched from, and how patiently."""

    pace: timedelta = timedelta(seconds=2)  # between two requests to one archive
    timeout: timedelta = timedelta(minutes=1)  # archives take their time
    deadline: timedelta = timedelta(minutes=5)
    wayback: str = "https://web.archive.org"
    github: str = "https://api.github.com"
    github_raw: str = "https://raw.githubusercontent.com"

    def patient(self, look: Look) -> Look:
        """How an archive's answers are fetched: as pages are, and slower."""
        return replace(
            look,
            pace=max(self.pace, look.pace),
            timeout=max(self.timeout, look.timeout),
            deadline=max(self.deadline, look.deadline),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, after defaults, file, environment and flags."""

    database_url: str = field(repr=False)
    data_dir: Path
    listen: tuple[str, int] = ("127.0.0.1", 8321)
    base_url: str = "http://127.0.0.1:8321"
    api_token: str = field(default="", repr=False)  # what opens the API; empty: it is open
    log_level: str = "info"
    bundled_history: bool = True  # load the bundled facts into the store
    claims: tuple[Path, ...] = ()  # claims files beside the registered one
    channels: tuple[Channel, ...] = ()
    rules: tuple[Rule, ...] = ()
    workloads: tuple[Workload, ...] = ()
    watch: tuple[str, ...] = ()  # globs of "provider" or "provider/model"; empty: all but catalogues
    sources: tuple[SourceSetting, ...] = ()
    look: Look = field(default_factory=Look)
    backfill: Backfill = field(default_factory=Backfill)

    @property
    def channel_names(self) -> list[str]:
        """The channels, in the order of the settings."""
        return [channel.name for channel in self.channels]

    def rule_called(self, name: str) -> Rule:
        """The rule of this name; one that asks nothing where it is not set any more."""
        return next((rule for rule in self.rules if rule.name == name), Rule(name))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it is shown to a person."""

    key: str  # "look.pace", "channel.team.url"
    shown: str  # "•••" for a secret
    origin: str  # "default", "environment TRACKER_NOTIFY", "tracker.toml:3", "flag"
