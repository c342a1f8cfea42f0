"""The settings: what may be set and where, what is told of a mistake, and that no secret is told with it."""

from __future__ import annotations

import sys
import time
from datetime import time as clock
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from scrapers.page import Terms
from tracker.adapters.config import explain, load
from tracker.domain.errors import BadSettings
from tracker.domain.schedule import Daily, Hours
from tracker.domain.settings import Channel, Look, Rule

BAD = Path(__file__).with_name("bad_settings")
ROWS = sorted(path.stem for path in BAD.glob("*.txt"))
CHAT = "json://127.0.0.1/CANARY-chat"


def told(row: str) -> str:
    """What the user is told of a row of the table."""
    variables = BAD / f"{row}.env"
    lines = variables.read_text().splitlines() if variables.exists() else []
    env = dict(line.split("=", 1) for line in lines)
    if (BAD / f"{row}.toml").exists():
        env["TRACKER_CONFIG"] = f"{row}.toml"
    with pytest.raises(BadSettings) as problem:
        load(env, cwd=BAD)
    assert problem.value.exit_code == 78
    return f"{problem.value}\n"


def write(folder: Path, text: str) -> Path:
    file = folder / "tracker.toml"
    file.write_text(text)
    return file


def problems(folder: Path, text: str, **env: str) -> list[str]:
    write(folder, text)
    with pytest.raises(BadSettings) as problem:
        load(env, cwd=folder)
    return str(problem.value).splitlines()


@pytest.mark.catalogue
@pytest.mark.parametrize("row", ROWS)
def test_a_bad_setting_is_told_with_its_place_and_what_is_allowed(row: str) -> None:
    words = told(row)
    mend = f"python -m tests.adapters.test_config {row}"
    assert words == (BAD / f"{row}.txt").read_text(), f"read the new text, then: {mend}"
    assert "CANARY" not in words
    assert all("; " in line for line in words.splitlines())


def test_every_row_of_the_table_has_its_answer() -> None:
    assert {path.stem for path in BAD.iterdir()} == set(ROWS)
    assert len(ROWS) >= 40


def test_nothing_set_is_enough(tmp_path: Path) -> None:
    settings = load({}, cwd=tmp_path)
    assert settings.look == Look()
    assert (settings.listen, settings.base_url) == (("127.0.0.1", 8321), "http://127.0.0.1:8321")
    assert settings.database_url == f"sqlite:///{settings.data_dir}/tracker.db"
    assert settings.channels == settings.rules == settings.sources == ()


def test_a_flag_beats_a_variable_which_beats_the_file_which_beats_the_default(tmp_path: Path) -> None:
    write(tmp_path, '[look]\npace = "2s"\ntimeout = "2s"\ndeadline = "2s"\n')
    env = {"TRACKER_LOOK_TIMEOUT": "3s", "TRACKER_LOOK_DEADLINE": "3s"}
    look = load(env, flags={"look.deadline": "4s"}, cwd=tmp_path).look
    seconds = [span.total_seconds() for span in (look.confirm_after, look.pace, look.timeout, look.deadline)]
    assert seconds == [120, 2, 3, 4]


def test_every_variable_can_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgres://user:CANARY@db.example/prices\n")
    (tmp_path / "chats").write_text(f"{CHAT}\n{CHAT}\r\n")
    (tmp_path / "private").write_text("127.0.0.1:8901, [::0001]:80\n")
    env = {"TRACKER_DATABASE_URL_FILE": "url", "TRACKER_NOTIFY_FILE": str(tmp_path / "chats")}
    settings = load(env | {"TRACKER_LOOK_ALLOW_PRIVATE_FILE": "private"}, cwd=tmp_path)
    assert settings.database_url == "postgresql+psycopg://user:CANARY@db.example/prices"
    assert settings.channels == (Channel("notify", CHAT), Channel("notify-2", CHAT))
    assert settings.look.allow_private == {"127.0.0.1:8901", "[::1]:80"}


def test_every_value_that_can_be_set_arrives(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{CHAT}\n")
    write(
        tmp_path,
        """
        data_dir = "data"
        listen = "[::]:9000"
        log_level = "DEBUG"
        watch = ["OpenAI", "anthropic/claude-*"]
        [look]
        max_bytes = "2MiB"
        concurrency = 2
        robots = false
        user_agent = "mine/1"
        confirm_after = "0s"
        [[channel]]
        name = "team"
        url_env = "TRACKER_TEAM_URL"
        [[channel]]
        name = "ops"
        url_file = "secret"
        [[rule]]
        name = "cuts"
        provider = ["OpenAI", "anthropic"]
        model = "GPT-4*"
        meter = "input_mtok"
        event = ["list_cut"]
        min_pct = 2.50
        to = "team"
        [[rule]]
        name = "all keys"
        maker = "Meta"
        tier = ["standard", "Batch"]
        direction = "cut"
        source_kind = ["hosts", "catalogs"]
        min_amount = 0.05
        below = 2
        above = 0
        digest = "Mon-Wed, sat 9:30 Europe/Berlin"
        quiet = ["22:00-07:00 Europe/Berlin", "sat,sun 00:00-24:00", "fri-mon 12:00 – 13:00 UTC"]
        [[workload]]
        name = "bot"
        model = "OpenAI/GPT-4o"
        monthly = { input_mtok = 300, output_mtok = 0.50 }
        tier = "standard"
        region = "eu"
        currency = "usd"
        [[workload]]
        name = "seats"
        model = "anthropic/claude team"
        billing = "yearly"
        tier = "Team"
        [workload.monthly]
        seat_month = 12
        """,
    )
    settings = load({"TRACKER_TEAM_URL": CHAT}, cwd=tmp_path)
    assert settings.data_dir == tmp_path / "data"
    assert (settings.listen, settings.base_url) == (("::", 9000), "http://[::1]:9000")
    assert settings.log_level == "debug"
    assert settings.look == Look(
        max_bytes=2 << 20, concurrency=2, robots=False, user_agent="mine/1", confirm_after=timedelta(0)
    )
    assert settings.channels == (Channel("team", CHAT), Channel("ops", CHAT))
    assert settings.watch == ("openai", "anthropic/claude-*")
    rule, full = settings.rules
    assert (rule.provider, rule.model, rule.meter) == (("openai", "anthropic"), ("gpt-4*",), ("input_mtok",))
    assert (rule.event, rule.min_pct, rule.to) == (("list_cut",), Decimal("2.5"), ("team",))
    assert (rule.watch, rule.digest, rule.quiet, rule.below) == ("watched", None, (), None)
    assert full == Rule(
        "all keys",
        maker=("meta",),
        tier=("standard", "batch"),
        direction="cut",
        source_kind=("hosts", "catalogs"),
        watch="all",
        min_amount=Decimal("0.05"),
        below=Decimal(2),
        above=Decimal(0),
        digest=Daily(clock(9, 30), "Europe/Berlin", frozenset({0, 1, 2, 5})),
        quiet=(
            Hours(clock(22), clock(7), "Europe/Berlin"),
            Hours(clock(0), clock(0), "UTC", frozenset({5, 6})),
            Hours(clock(12), clock(13), "UTC", frozenset({4, 5, 6, 0})),
        ),
    )
    bot, seats = settings.workloads
    assert (bot.name, bot.model, bot.terms, bot.currency) == (
        "bot",
        "openai/gpt-4o",
        Terms(region="eu"),
        "USD",
    )
    assert bot.monthly == {"input_mtok": 300, "output_mtok": Decimal("0.5")}
    assert (seats.monthly, seats.terms) == ({"seat_month": 12}, Terms("team", billing="yearly"))


def test_a_variable_that_the_file_names_is_not_an_unknown_one(tmp_path: Path) -> None:
    write(tmp_path, '[source.openai]\nheaders = { Cookie = { env = "TRACKER_COOKIE" } }\n')
    (setting,) = load({"TRACKER_COOKIE": "CANARY"}, cwd=tmp_path).sources
    assert setting.headers == (("Cookie", "CANARY"),)


def test_what_kubernetes_puts_beside_a_service_called_tracker_is_not_a_mistake(tmp_path: Path) -> None:
    env = {
        "TRACKER_PORT": "tcp://10.0.0.1:8321",
        "TRACKER_SERVICE_HOST": "10.0.0.1",
        "KUBERNETES_SERVICE_HOST": "x",
    }
    load(env | {"TRACKER_PORT_8321_TCP_ADDR": "10.0.0.1", "TRACKER_SERVICE_PORT_HTTP": "8321"}, cwd=tmp_path)
    with pytest.raises(BadSettings):
        load(env | {"TRACKER_PROT": "1"}, cwd=tmp_path)


def test_a_key_is_found_on_its_line_however_it_is_written(tmp_path: Path) -> None:
    text = """# a comment with = and [brackets]
"log_level" = "info"   # and another
look.pase = 1
source."openai".user = '''
url = "not a key"
[not.a.table]
'''
rule = [
  { nam = "x", to = [ "#", "]" ] },
]
  [ source . acme ]
  reader = ''
  [source.acme.headers]
  "X Y" = "1"
"""
    lines = [line.partition(": ")[0].removeprefix("tracker.toml:") for line in problems(tmp_path, text)]
    assert lines == ["3", "4", "8", "8", "8", "8", "12", "14"]


def test_explain_shows_the_keys_of_rules_and_workloads_as_they_may_be_written(tmp_path: Path) -> None:
    text = """
        watch = ["openai", "anthropic/claude-*"]
        [[rule]]
        name = "cuts"
        below = 1e-3
        digest = "mon - fri 9:00  Europe/Berlin"
        quiet = ["22:00-07:00", "sat 00:00-24:00"]
        [[workload]]
        name = "bot"
        model = "openai/gpt-4o"
        monthly = { input_mtok = 3e2 }
        """
    write(tmp_path, text)
    shown = {s.key: s.shown for s in explain({}, cwd=tmp_path)}
    assert shown["watch"] == "openai, anthropic/claude-*"
    assert shown["rule.cuts.below"] == "0.001"
    assert shown["rule.cuts.digest"] == "mon,tue,wed,thu,fri 09:00 Europe/Berlin"
    assert shown["rule.cuts.quiet"] == "22:00-07:00 UTC, sat 00:00-24:00 UTC"
    assert (shown["workload.bot.model"], shown["workload.bot.monthly.input_mtok"]) == ("openai/gpt-4o", "300")
    digest, quiet = load({}, cwd=tmp_path).rules[0].digest, load({}, cwd=tmp_path).rules[0].quiet
    rule = f'digest = "{shown["rule.cuts.digest"]}"\nquiet = {shown["rule.cuts.quiet"].split(", ")}\n'
    write(tmp_path, f'[[rule]]\nname = "cuts"\n{rule}')
    (again,) = load({}, cwd=tmp_path).rules
    assert (again.digest, again.quiet) == (digest, quiet)


def test_explain_shows_every_setting_where_it_was_set_and_no_secret(tmp_path: Path) -> None:
    write(
        tmp_path,
        f'listen = "0.0.0.0:80"\n[[channel]]\nname = "team"\nurl = "{CHAT}"\n[source.acme]\n'
        'url = "https://a.example/?key=CANARY"\nreader = "generic"\nheaders = { Cookie = "CANARY" }\n',
    )
    env = {"TRACKER_DATABASE_URL": "postgresql://u:CANARY@h/d", "TRACKER_NOTIFY": f"{CHAT} {CHAT}"}
    shown = {s.key: (s.shown, s.origin) for s in explain(env, flags={"log_level": "error"}, cwd=tmp_path)}
    assert shown["config"] == ("tracker.toml", "default")
    assert shown["database_url"] == ("•••", "environment TRACKER_DATABASE_URL")
    assert shown["notify"] == ("•••", "environment TRACKER_NOTIFY")
    assert shown["listen"] == ("0.0.0.0:80", "tracker.toml:1")
    assert shown["base_url"] == ("http://127.0.0.1:80", "default")
    assert shown["log_level"] == ("error", "flag")
    assert shown["look.confirm_after"] == ("2m", "default")
    assert shown["channel.team.url"] == ("•••", "tracker.toml:4")
    assert shown["source.acme.headers.Cookie"] == ("•••", "tracker.toml:8")
    assert "CANARY" not in str(shown) + repr(load(env, cwd=tmp_path)).replace("?key=CANARY", "")


def test_a_thousand_sources_load_in_well_under_a_second(tmp_path: Path) -> None:
    one = '[source.own-{0}]\nurl = "http://127.0.0.1:8901/{0}"\nreader = "generic"\nevery = "30s"\n'
    write(tmp_path, "".join(one.format(n) for n in range(1000)))
    start = time.process_time()
    assert len(load({}, cwd=tmp_path).sources) == 1000
    assert time.process_time() - start < 0.8


if __name__ == "__main__":
    for row in sys.argv[1:] or sorted({path.stem for path in BAD.iterdir()}):
        (BAD / f"{row}.txt").write_text(told(row))
