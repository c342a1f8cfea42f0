"""A look at a page comes back whole, or as one FetchError that says why."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import time
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.adapters.looking import NOW, failure, fetch, fetch_all, look_at
from tests.loopback.faultd import MIB, PAGE, Faultd
from tracker.adapters.fetch import Fetcher
from tracker.adapters.urls import BadUrl, url_of
from tracker.domain.errors import FetchError
from tracker.domain.model import NotModified, Snapshot


@pytest.fixture(scope="module")
def site() -> Iterator[Faultd]:
    with Faultd() as server:
        yield server


@pytest.fixture
def fresh() -> Iterator[Faultd]:
    """A site whose counters only this test moves."""
    with Faultd() as server:
        yield server


@pytest.fixture
def elsewhere() -> Iterator[Faultd]:
    server = Faultd()
    server.host = "127.0.0.3"
    with server:
        yield server


# a page that is well


def test_a_page_comes_as_it_was_sent(site: Faultd) -> None:
    page = fetch(look_at(site), site.url())
    assert page == Snapshot(site.url(), NOW, 200, "text/html", "utf-8", PAGE)


@pytest.mark.parametrize("path", ["/chunked", "/hints", "/gzip/one", "/gzip/two"])
def test_a_page_is_whole_however_it_is_framed(site: Faultd, path: str) -> None:
    page = fetch(look_at(site), site.url(path))
    assert (page.body, page.notes) == (PAGE, ())


@pytest.mark.parametrize(
    ("sent", "media_type", "charset"),
    [
        ("text/html", "text/html", ""),
        ("Text/HTML; Charset=UTF-8", "text/html", "UTF-8"),
        ('application/json;foo=1; charset="iso-8859-1"', "application/json", "iso-8859-1"),
        ("", "", ""),
    ],
)
def test_the_media_type_is_lower_case_and_the_charset_as_declared(
    site: Faultd, sent: str, media_type: str, charset: str
) -> None:
    page = fetch(look_at(site), site.url(f"/typed?type={quote(sent)}"))
    assert (page.media_type, page.charset) == (media_type, charset)


def test_only_gzip_is_asked_for_and_a_source_cannot_change_that(fresh: Faultd) -> None:
    fetch(
        look_at(fresh),
        fresh.url(),
        accept="text/markdown",
        headers=[("Accept-Encoding", "br"), ("X-Api-Key", "k")],
    )
    raw = fresh.hits[0].raw.lower()
    assert raw.count(b"accept-encoding:") == 1 and b"accept-encoding: gzip\r\n" in raw
    sent = fresh.hits[0].headers
    assert (sent["accept"], sent["x-api-key"]) == ("text/markdown", "k")
    assert sent["user-agent"].startswith("llm-price-tracker/")


def test_no_cookie_is_kept_from_one_look_to_the_next(fresh: Faultd) -> None:
    fetch_all(look_at(fresh), [fresh.url("/cookie"), fresh.url()])
    assert "cookie" not in fresh.hits[1].headers


def test_a_connection_serves_again_after_short_answers_of_any_kind(fresh: Faultd) -> None:
    paths = ["/page", "/status/404", "/hops/1", "/notmodified", "/page"]
    fetch_all(look_at(fresh), [fresh.url(path) for path in paths])
    assert fresh.connections == 1


def test_nothing_stays_open_after_the_fetcher_is_closed(fresh: Faultd) -> None:
    paths = ["/page", "/reset", "/short", "/big/nolength", "/bomb/gzip", "/loop", "/page"] * 2
    fetch_all(look_at(fresh), [fresh.url(path) for path in paths], at_once=True)
    until = time.monotonic() + 2  # the server learns of it on a thread of its own
    while fresh.open and time.monotonic() < until:
        time.sleep(0.01)
    assert fresh.connections > 0 and fresh.open == 0


# time


def test_a_page_that_never_answers_times_out_at_the_first_byte(site: Faultd) -> None:
    began = time.monotonic()
    error = failure(look_at(site, timeout=0.25), site.url("/hang?key=CANARY"))
    assert (error.kind, time.monotonic() - began < 1.5) == ("timeout", True)
    assert error.words == f"timed out after 0.25 s waiting for the first byte from {site.peer}"


def test_a_page_that_stops_in_the_middle_times_out(site: Faultd) -> None:
    error = failure(look_at(site, timeout=0.25), site.url("/stall?key=CANARY"))
    assert (error.kind, error.words) == (
        "timeout",
        f"timed out after 0.25 s waiting for the rest of {site.peer}/stall",
    )


def test_a_port_with_a_full_backlog_times_out_while_connecting() -> None:
    with socket.socket() as full, socket.socket() as one, socket.socket() as two:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        peer = f"127.0.0.1:{full.getsockname()[1]}"
        for taker in (one, two):
            taker.setblocking(False)
            taker.connect_ex(full.getsockname())
        error = failure(look_at(peer, timeout=0.25), f"http://{peer}/")
    assert (error.kind, error.words) == ("timeout", f"timed out after 0.25 s connecting to {peer}")


@pytest.mark.parametrize("path", ["/slow", "/slowhead"])
def test_a_slow_drip_ends_at_the_deadline_though_no_single_step_is_late(site: Faultd, path: str) -> None:
    began = time.monotonic()
    error = failure(look_at(site, timeout=0.4, deadline=0.6), site.url(path))
    assert (error.kind, error.words) == ("deadline", f"took longer than 0.6 s in all: {site.peer}{path}")
    assert 0.5 < time.monotonic() - began < 2


def test_the_deadline_is_one_for_all_redirects(site: Faultd) -> None:
    error = failure(look_at(site, deadline=0.5), site.url("/hops/5?each=0.15"))
    assert error.kind == "deadline"


# connections


def test_a_reset_in_the_middle_is_a_page_cut_off(site: Faultd) -> None:
    assert failure(look_at(site), site.url("/reset")).kind == "truncated"


@pytest.mark.parametrize("path", ["/reset/head", "/drop"])
def test_a_connection_that_ends_without_an_answer_is_not_tried_again(fresh: Faultd, path: str) -> None:
    error = failure(look_at(fresh), fresh.url(path))
    assert (error.kind, len(fresh.hits)) == ("unreachable", 1)


def test_nothing_listening_is_unreachable_and_says_so() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        peer = f"127.0.0.1:{bound.getsockname()[1]}"
        error = failure(look_at(peer), f"http://{peer}/")
    assert (error.kind, error.words) == ("unreachable", f"cannot connect to {peer}: connection refused")


def test_a_kept_connection_that_has_gone_stale_is_replaced_once(fresh: Faultd) -> None:
    first, second = fetch_all(look_at(fresh), [fresh.url("/stale")] * 2)
    assert isinstance(first, Snapshot) and isinstance(second, Snapshot)
    assert [hit.connection for hit in fresh.hits] == [1, 1, 2]


def test_a_stale_connection_is_not_replaced_by_another_stale_one(fresh: Faultd) -> None:
    async def run() -> Snapshot | NotModified:
        fetcher = Fetcher(look_at(fresh), now=lambda: NOW)
        await asyncio.gather(*(fetcher.get(fresh.url("/stale")) for _ in range(3)))
        page = await fetcher.get(fresh.url("/stale"))
        await fetcher.aclose()
        return page

    assert isinstance(asyncio.run(run()), Snapshot)
    assert [hit.connection for hit in fresh.hits][3:] == [1, 4]


@pytest.mark.parametrize("path", ["/long", "/leftover"])
def test_bytes_left_over_from_one_answer_are_never_the_next_page(site: Faultd, path: str) -> None:
    answers = fetch_all(look_at(site), [site.url(path), site.url(), site.url()])
    assert [page.body for page in answers if isinstance(page, Snapshot)] == [PAGE] * 3


def test_bytes_beyond_the_declared_length_are_dropped_and_noted(site: Faultd) -> None:
    page = fetch(look_at(site), site.url("/long"))
    assert (page.body, page.notes) == (PAGE, ("trailing data",))


def test_a_page_cut_off_where_http_cannot_tell_comes_as_it_is(site: Faultd) -> None:
    assert fetch(look_at(site), site.url("/noclen")).body == PAGE[:60]


# answers that are no page


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/short", "truncated"),
        ("/chunktrunc", "truncated"),
        ("/gztrunc/cut", "truncated"),
        ("/gzip/empty", "truncated"),
        ("/dupclen", "protocol"),
        ("/chunkbad", "protocol"),
        ("/nothttp", "protocol"),
        ("/notmodified", "protocol"),
        ("/gzip/bad", "encoding"),
        ("/gzip/plain", "encoding"),
        ("/gzip/again", "encoding"),
        ("/gzip/hundred", "encoding"),
        ("/unasked", "encoding"),
        ("/bighdr", "too_large"),
        ("/chunkext", "too_large"),
        ("/endlesshints", "too_large"),
        ("/loop", "redirects"),
        ("/hops/6", "redirects"),
        ("/status/206", "http_status"),
    ],
)
def test_each_fault_has_its_kind(site: Faultd, path: str, kind: str) -> None:
    error = failure(look_at(site), site.url(path + "?token=CANARY"))
    assert error.kind == kind
    assert site.peer in error.words and "CANARY" not in error.words


def test_garbage_after_a_gzip_stream_is_dropped_and_noted(site: Faultd) -> None:
    page = fetch(look_at(site), site.url("/gzip/tail"))
    assert (page.body, page.notes) == (PAGE, ("trailing data",))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
@example(b"HTTP/1.1 000 \r\n\r\n")
@example(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nrest")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")
@example(b"HTTP/1.1 302 \xff\r\nLocation: \xff\xfe\r\n\r\n")
@example(b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe\r\nETag: \xff\r\n\r\nx")
@example(b"HTTP/2 200\r\n\r\n")
@example(b"\n\n")
def test_no_answer_raises_anything_but_a_fetch_error(site: Faultd, answer: bytes) -> None:
    fetch_all(look_at(site), [site.url(f"/raw?hex={answer.hex()}")])  # raises what is no FetchError


# sizes


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("gzip", "too_large"),
        ("gzipgzip", "encoding"),
        ("hidden", "encoding"),
        ("br", "encoding"),
        ("zstd", "encoding"),
        ("deflate", "encoding"),
    ],
)
def test_a_bomb_is_refused_within_little_memory(site: Faultd, path: str, kind: str) -> None:
    tracemalloc.start()
    try:
        assert failure(look_at(site), site.url(f"/bomb/{path}")).kind == kind
        assert tracemalloc.get_traced_memory()[1] < 50 * MIB  # the server's own copy included
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("path", "most"),
    [("/big/length", 1), ("/big/nolength", 9), ("/chunkext", 9), ("/endlesshints", 9), ("/bighdr", 1)],
)
def test_what_is_too_large_is_left_at_the_cap_and_unread_where_it_says_so(
    fresh: Faultd, path: str, most: int
) -> None:
    assert failure(look_at(fresh), fresh.url(path)).kind == "too_large"
    assert fresh.sent < most * MIB


@pytest.mark.parametrize(("size", "well"), [(len(PAGE), True), (len(PAGE) - 1, False)])
@pytest.mark.parametrize("path", ["/page", "/chunked", "/gzip/one"])
def test_the_cap_holds_to_the_byte(site: Faultd, path: str, size: int, well: bool) -> None:
    size = max(size, len(gzip.compress(PAGE))) if path == "/gzip/one" and well else size
    answer = fetch_all(look_at(site, max_bytes=size), [site.url(path)])[0]
    assert (
        isinstance(answer, Snapshot)
        if well
        else (isinstance(answer, FetchError) and answer.kind == "too_large")
    )


# redirects


def test_five_redirects_are_followed_and_the_fragment_is_dropped(site: Faultd) -> None:
    page = fetch(look_at(site), site.url("/hops/5"))
    assert (page.url, page.body, page.notes) == (site.url("/page"), PAGE, ())


def test_a_redirected_page_comes_without_validators(fresh: Faultd) -> None:
    page = fetch(look_at(fresh), fresh.url("/to?at=/etag"), etag='"v1"')
    assert (page.etag, page.last_modified, page.body) == ("", "", PAGE)
    assert "if-none-match" in fresh.hits[0].headers and "if-none-match" not in fresh.hits[1].headers


@pytest.mark.parametrize(("status", "noted"), [(301, True), (308, True), (302, False), (307, False)])
def test_a_permanent_move_to_another_host_is_noted(
    site: Faultd, elsewhere: Faultd, status: int, noted: bool
) -> None:
    page = fetch(look_at(site, elsewhere), site.url(f"/to?status={status}&at={elsewhere.url()}"))
    assert page.notes == (("moved permanently to 127.0.0.3",) if noted else ())
    assert page.url == elsewhere.url()


def test_a_temporary_move_followed_by_a_permanent_one_is_not_noted(site: Faultd, elsewhere: Faultd) -> None:
    onward = quote(f"/to?status=301&at={elsewhere.url()}")
    assert fetch(look_at(site, elsewhere), site.url(f"/to?at={onward}")).notes == ()


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "data:text/html,<p>$2",
        "javascript:alert(1)",
        "http://xn--/",
        f"http://{'a' * 70}.example/",
        "http://a..b/",
        "http://[::1/",
        "http://[fe80::1%25lo]/",
        "http://0177.0.0.1/",
        "http://host:99999/",
        "http://host:0/",
        "http://ho st/",
        "http://\u2100.example/",
        "/a\0b",
        "/a\x07b",
    ],
)
def test_a_redirect_to_no_address_is_refused(site: Faultd, location: str) -> None:
    error = failure(look_at(site), site.url(f"/to?at={quote(location)}"))
    assert error.kind == "bad_redirect"
    assert site.peer in error.words and "passwd" not in error.words


@pytest.mark.parametrize("path", ["/long_location", "/nowhere", "/twoways"])
def test_a_redirect_that_is_too_long_or_names_no_single_place_is_refused(site: Faultd, path: str) -> None:
    assert failure(look_at(site), site.url(path)).kind == "bad_redirect"


CREDENTIALS = [("X-Api-Key", "CANARY-1"), ("Cookie", "session=CANARY-2")]


def test_credentials_do_not_follow_a_redirect_to_another_origin(site: Faultd) -> None:
    with Faultd() as other:
        error = failure(look_at(site, other), site.url(f"/to?at={other.url()}"), headers=CREDENTIALS)
        assert (error.kind, other.hits) == ("bad_redirect", [])
    assert other.peer in error.words and "CANARY" not in error.words


def test_credentials_stay_with_their_origin_through_a_redirect(fresh: Faultd) -> None:
    fetch(look_at(fresh), fresh.url("/to?at=/page"), headers=CREDENTIALS)
    assert [hit.headers["x-api-key"] for hit in fresh.hits] == ["CANARY-1"] * 2


def test_a_user_in_the_url_is_a_credential_and_shown_nowhere(fresh: Faultd, elsewhere: Faultd) -> None:
    def as_user(path: str) -> str:
        return fresh.url(path).replace("//", "//jo%40x:CANARY@")

    page = fetch(look_at(fresh), as_user("/page"))
    assert fresh.hits[0].headers["authorization"] == "Basic am9AeDpDQU5BUlk="
    assert page.url == fresh.url()
    error = failure(look_at(fresh, elsewhere), as_user(f"/to?at={elsewhere.url()}"))
    assert (error.kind, elsewhere.hits) == ("bad_redirect", [])
    assert "CANARY" not in error.words + failure(look_at(fresh), as_user("/drop")).words


def test_a_user_in_a_location_is_not_sent(fresh: Faultd) -> None:
    fetch(look_at(fresh), fresh.url(f"/to?at=http://jo:pw@{fresh.peer}/page"))
    assert "authorization" not in fresh.hits[1].headers


@pytest.mark.parametrize("value", ["two\r\nX-Evil: CANARY", "CANARY \u20ac"])
def test_a_header_that_cannot_be_sent_is_an_error_that_does_not_show_it(site: Faultd, value: str) -> None:
    error = failure(look_at(site), site.url(), headers=[("X-Api-Key", value)])
    assert (error.kind, "CANARY" in error.words) == ("protocol", False)


# addresses


@pytest.mark.parametrize(
    "url",
    ["", "prices", "file:///etc/passwd", "http://", "http://[", "http://a b/", "http://xn--/", "http://h:x/"],
)
def test_a_source_url_that_is_no_address_is_unreachable(site: Faultd, url: str) -> None:
    error = failure(look_at(site), url)
    assert error.kind == "unreachable" and error.words.startswith("the source's url ")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"https?://[^\s]{0,30}", fullmatch=True))
def test_an_address_is_read_as_httpx_reads_it_or_not_at_all(text: str) -> None:
    try:
        url = url_of(text)
    except BadUrl:
        return
    read = httpx.URL(scheme=url.scheme, host=url.host, port=url.port, raw_path=url.target.encode())
    assert (read.raw_host.decode(), read.scheme) == (url.host, url.scheme)
    assert url_of(str(url)) == url


# statuses


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        ("3", 3),
        ("0", 0),
        ("Tue, 01 Sep 2026 12:01:40 GMT", 100),
        ("Tuesday, 01-Sep-26 12:01:40 GMT", 100),
        ("315360000", 315_360_000),
        ("-1", None),
        ("Tue, 01 Sep 2026 11:59:59 GMT", None),
        ("soon", None),
        ("9" * 400, None),
        ("Tue, 99 Sep 99999 12:00:00 GMT", None),
        ("3.5", None),
        ("\u0663", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_read_as_seconds_or_a_date_and_nothing_else(
    site: Faultd, status: int, after: str, seconds: int | None
) -> None:
    error = failure(look_at(site), site.url(f"/status/{status}?after={quote(after)}"))
    assert (error.kind, error.status) == ("http_status", status)
    assert error.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_a_refusal_says_what_was_answered(site: Faultd) -> None:
    error = failure(look_at(site), site.url("/status/403"))
    assert error.words == f"{site.peer}/status/403 answered 403 Forbidden"


# conditional


def test_a_page_with_validators_is_asked_for_conditionally(site: Faultd) -> None:
    page = fetch(look_at(site), site.url("/etag"))
    assert (page.etag, page.last_modified) == ('"v1"', "Tue, 01 Sep 2026 10:00:00 GMT")
    for validators in ({"etag": page.etag}, {"last_modified": page.last_modified}):
        assert fetch_all(look_at(site), [site.url("/etag")], **validators) == [NotModified(NOW)]


def test_a_changed_page_comes_whole_in_spite_of_a_validator(site: Faultd) -> None:
    assert fetch(look_at(site), site.url("/etag"), etag='"v0"').body == PAGE


def test_a_validator_that_cannot_be_sent_back_is_not_kept(site: Faultd) -> None:
    etag = quote("\u20ac")
    assert fetch(look_at(site), site.url(f"/headers?ETag={etag}")).etag == ""


# logs


def test_no_library_logs_an_address(site: Faultd, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = site.url("/page?key=CANARY-1").replace("//", "//jo:CANARY-2@")
    fetch(look_at(site), url, headers=[("X-Api-Key", "CANARY-3")])
    assert "CANARY" not in caplog.text and "127.0.0.1" not in caplog.text
