"""The catalog as the settings would have it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from scrapers.generic import generic
from scrapers.page import Page, Reading
from scrapers.source import Source
from tracker.adapters.config import load, sources
from tracker.domain.errors import BadSettings


def reads_openai(page: Page) -> Reading:
    return Reading()


def reads_feed(page: Page) -> Reading:
    return Reading()


OPENAI = Source(
    "https://openai.example/pricing", reads_openai, anchors=("o3",), least=20, id="openai", kind="providers"
)
NEWS = Source("https://news.example/feed", reads_feed, accept="application/atom+xml", id="news", kind="feeds")
CATALOG = {"openai": OPENAI, "news": NEWS}


def set_to(folder: Path, text: str) -> dict[str, Source]:
    (folder / "tracker.toml").write_text(text)
    return sources(load({}, cwd=folder), CATALOG)


def told(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadSettings) as problem:
        set_to(folder, text)
    return str(problem.value).splitlines()


def test_without_a_word_in_the_settings_the_catalog_stays_as_it_is(tmp_path: Path) -> None:
    assert set_to(tmp_path, "") == CATALOG


def test_what_is_set_of_a_source_takes_the_place_of_what_its_file_says(tmp_path: Path) -> None:
    text = '[source.openai]\nurl = "http://127.0.0.1:8901/x"\nevery = "1h30m"\nprovider = "azure"\n'
    found = set_to(tmp_path, text)
    assert list(found) == ["openai", "news"]
    mine = found["openai"]
    assert (mine.url, mine.every, mine.provider) == (
        "http://127.0.0.1:8901/x",
        timedelta(minutes=90),
        "azure",
    )
    assert (mine.reader, mine.anchors, mine.least, mine.kind) == (reads_openai, ("o3",), 20, "providers")


def test_with_another_reader_what_the_old_one_was_sure_to_find_is_not_asked_for(tmp_path: Path) -> None:
    mine = set_to(tmp_path, '[source.openai]\nreader = "generic"\n')["openai"]
    assert (mine.reader, mine.anchors, mine.least, mine.id) == (generic, (), 1, "openai")


def test_a_source_that_is_switched_off_is_not_there(tmp_path: Path) -> None:
    assert list(set_to(tmp_path, "[source.openai]\nenabled = false\n")) == ["news"]


def test_a_page_of_ones_own_is_a_source_of_its_own(tmp_path: Path) -> None:
    text = '[source.acme]\nurl = "https://acme.example/pricing"\nreader = "generic"\n'
    found = set_to(tmp_path, text)
    assert list(found) == ["openai", "news", "acme"]
    acme = found["acme"]
    assert (acme.id, acme.provider, acme.kind, acme.reader) == ("acme", "acme", "providers", generic)


def test_a_page_of_ones_own_can_be_read_as_another_source_is(tmp_path: Path) -> None:
    found = set_to(
        tmp_path,
        '[source.mirror]\nurl = "https://m.example/"\nreader = "openai"\nprovider = "openai"\n'
        '[source.blog]\nurl = "https://b.example/feed"\nreader = "news"\n',
    )
    assert (found["mirror"].reader, found["mirror"].provider) == (reads_openai, "openai")
    assert (found["mirror"].anchors, found["mirror"].least) == ((), 1)
    assert (found["blog"].kind, found["blog"].accept) == ("feeds", "application/atom+xml")


def test_a_misspelt_source_or_reader_is_told_with_its_neighbour_all_at_once(tmp_path: Path) -> None:
    text = """
[source.opena1]
every = "1h"

[source.acme]
url = "https://acme.example/"
reader = "genric"

[source.beta]
url = "https://beta.example/"

[source.news]
reader = "opnai"

[source.opneai]
enabled = false
"""
    own = "one of your own needs a url"
    assert told(tmp_path, text) == [
        f'tracker.toml:2: source.opena1: is not a source; the nearest is "openai", {own}',
        'tracker.toml:5: source.acme.reader: is not a reader; the nearest is "generic"',
        "tracker.toml:9: source.beta.reader: is missing;"
        ' "generic" or the id of a source whose reader fits is allowed',
        'tracker.toml:12: source.news.reader: is not a reader; the nearest is "openai"',
        f'tracker.toml:15: source.opneai: is not a source; the nearest is "openai", {own}',
    ]


def test_a_provider_that_is_a_slip_of_one_we_have_is_told_with_it(tmp_path: Path) -> None:
    text = """
watch = ["opnai", "anth*", "somebody"]

[[rule]]
name = "cuts"
provider = ["opnai", "openai", "acme"]
maker = "metta"

[[workload]]
name = "bot"
model = "opnai/gpt-4o"
monthly = { input_mtok = 1 }

[source.acme]
url = "https://acme.example/"
reader = "generic"
"""
    slip = "is the provider of no source; did you mean"
    assert told(tmp_path, text) == [
        f'tracker.toml:4: rule.cuts.provider: opnai {slip} "openai"?',
        f'tracker.toml:4: rule.cuts.maker: metta {slip} "meta"?',
        f'watch: opnai {slip} "openai"?',
        f'tracker.toml:9: workload.bot.model: opnai {slip} "openai"?',
    ]
