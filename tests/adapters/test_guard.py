"""No look reaches an address that is neither public nor allowed by name, whatever it is called."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.adapters.looking import NOW, failure, fetch, fetch_all, look_at
from tests.loopback.faultd import PAGE, Faultd
from tests.loopback.victimd import Victimd
from tracker.adapters.addresses import rule_against
from tracker.adapters.fetch import Fetcher
from tracker.domain.errors import FetchError
from tracker.domain.model import Snapshot
from tracker.domain.settings import Look


@pytest.fixture(scope="module")
def site() -> Iterator[Faultd]:
    with Faultd() as server:
        yield server


@pytest.fixture
def victim() -> Iterator[Victimd]:
    with Victimd() as server:
        yield server
        assert server.connections == 0, "the inside was reached"


class Names:
    """A resolver that answers from a script, one line a call."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


SPELLINGS = {
    "127.0.0.2": "loopback",
    "2130706434": "loopback",
    "0x7f000002": "loopback",
    "0x7f.0.0.2": "loopback",
    "127.2": "loopback",
    "127.0.0.2.": "loopback",
    "0": "unspecified",
    "[::1]": "loopback",
    "[::]": "unspecified",
    "[::ffff:127.0.0.2]": "IPv4-mapped",
    "[::ffff:7f00:2]": "IPv4-mapped",
    "[::127.0.0.2]": "IPv4-compatible",
    "169.254.169.254": "link-local",
    "100.100.100.200": "carrier-grade NAT",
    "192.0.0.192": "reserved",
    "[64:ff9b::7f00:2]": "NAT64",
    "[2002:7f00:2::]": "6to4",
    "[fec0::1]": "site-local",
    "224.0.0.1": "multicast",
}


@pytest.mark.parametrize(("host", "rule"), SPELLINGS.items())
@pytest.mark.parametrize("redirected", [False, True])
def test_the_inside_is_refused_in_every_spelling(
    site: Faultd, victim: Victimd, host: str, rule: str, redirected: bool
) -> None:
    inside = f"http://{host}:{victim.port}/latest?key=CANARY"
    error = failure(look_at(site), site.url(f"/to?at={quote(inside)}") if redirected else inside)
    assert error.kind in ("refused_address", "unreachable" if host.endswith("2.") else "refused_address")
    if error.kind == "refused_address":
        assert rule in error.words and f"{host}:{victim.port}" in error.words
    assert "CANARY" not in error.words


def test_a_backslash_before_an_at_sign_does_not_hide_the_host(site: Faultd, victim: Victimd) -> None:
    tricky = f"http://{site.peer}\\@{victim.peer}/"
    assert failure(look_at(site), tricky).kind == "refused_address"
    error = failure(look_at(site), site.url(f"/to?at={quote(tricky)}"))
    assert (error.kind, victim.peer in error.words) == ("refused_address", True)


def test_a_proxy_of_the_environment_is_not_used(
    site: Faultd, victim: Victimd, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{victim.peer}")
    assert fetch(look_at(site), site.url()).body == PAGE
    assert failure(look_at(site), f"http://{victim.peer}/").kind == "refused_address"


# names


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    with Faultd() as site, Victimd(site.port) as victim:
        names = Names(["127.0.0.1"], ["127.0.0.2"])
        url = f"http://rebind.test:{site.port}/drop"
        first, second = fetch_all(look_at(site), [url, url], resolve=names)
        assert (len(site.hits), len(names.asked), victim.connections) == (1, 2, 0)
    assert isinstance(first, FetchError) and first.kind == "unreachable"
    assert isinstance(second, FetchError) and second.kind == "refused_address"
    assert second.words.startswith(f"rebind.test:{site.port} (127.0.0.2) is a loopback address")


@pytest.mark.parametrize("answer", [["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"]])
def test_one_refused_address_among_several_refuses_them_all(answer: list[str]) -> None:
    with Faultd() as site, Victimd(site.port) as victim:
        url = f"http://both.test:{site.port}/page"
        error = failure(look_at(site), url, resolve=Names(answer))
        assert (error.kind, site.connections, victim.connections) == ("refused_address", 0, 0)


def test_the_next_address_is_tried_where_the_first_does_not_answer(site: Faultd) -> None:
    look = look_at(site, f"127.0.0.9:{site.port}")
    page = fetch(look, f"http://two.test:{site.port}/page", resolve=Names(["127.0.0.9", "127.0.0.1"]))
    assert page.body == PAGE


def test_a_name_can_be_allowed_as_well_as_an_address(site: Faultd, victim: Victimd) -> None:
    look = look_at(f"Inner.test:{site.port}")
    assert fetch(look, f"http://inner.test:{site.port}/page", resolve=Names(["127.0.0.1"])).body == PAGE
    other = failure(look, f"http://other.test:{site.port}/page", resolve=Names(["127.0.0.1"]))
    assert other.kind == "refused_address"


def test_allowing_one_port_allows_no_other(site: Faultd) -> None:
    with Faultd() as other:
        assert failure(look_at(site), other.url()).kind == "refused_address"
        assert other.connections == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "cannot be looked up: Name or service not known"),
        ([], "has no address"),
        (UnicodeError("label empty or too long"), "is not a name that can be looked up"),
    ],
)
def test_a_name_that_leads_nowhere_is_unreachable(answer: Sequence[str] | Exception, words: str) -> None:
    error = failure(look_at(), "http://nowhere.test/page?key=CANARY", resolve=Names(answer))
    assert (error.kind, words in error.words, "CANARY" in error.words) == ("unreachable", True, False)


def test_a_look_up_that_hangs_times_out() -> None:
    async def hang(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    error = failure(look_at(timeout=0.1), "http://slow.test/", resolve=hang)
    assert (error.kind, error.words) == ("timeout", "timed out after 0.1 s looking up the name slow.test")


# the rules


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "192.0.1.1", "2606:4700::1111", "2a00:1450:4001::8"]
)
def test_a_public_address_is_let_through(address: str) -> None:
    assert rule_against(address) == ""


SPECIAL = {
    "an unspecified": "0.0.0.0 0.1.2.3 ::",
    "a private": "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 fc00::1 fd12::1",
    "a carrier-grade NAT": "100.64.0.1 100.127.255.255",
    "a loopback": "127.0.0.1 127.255.255.254 ::1",
    "a link-local": "169.254.0.1 fe80::1 fe80::1%lo",
    "a reserved (protocol assignments)": "192.0.0.1 192.0.0.171 2001:10::1 2001:1ff::1",
    "a documentation": "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1",
    "a 6to4 relay": "192.88.99.1",
    "a benchmarking": "198.18.0.1 198.19.255.255",
    "a multicast": "224.0.0.251 239.255.255.255 ff02::1",
    "a reserved": "240.0.0.1 255.255.255.255 100::1 4000::1 5f00::1",
    "an IPv4-mapped": "::ffff:8.8.8.8",
    "an IPv4-compatible": "::8.8.8.8",
    "a NAT64": "64:ff9b::808:808 64:ff9b:1::1",
    "a Teredo": "2001::1",
    "a 6to4": "2002:808:808::1",
    "a site-local": "fec0::1",
    "an unreadable": "nonsense 1.2.3 1.2.3.4.5",
}


@pytest.mark.parametrize(("rule", "addresses"), SPECIAL.items())
def test_every_special_range_is_refused_by_its_name(rule: str, addresses: str) -> None:
    assert {rule_against(address) for address in addresses.split()} == {rule}


# TLS


class Certificates:
    """Made by the openssl command, in a folder of this run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = folder / "key.pem"
        self.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "key.pem")

    def openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True, timeout=30)

    def signed(self, name: str, san: str, start: str, end: str) -> Path:
        (self.folder / "index").write_text("")
        (self.folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=here\n[here]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\n"
            "[any]\ncommonName=supplied\n[v3]\nbasicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n"
            f"subjectAltName={san}\n"
        )
        self.openssl("req", "-new", "-key", "key.pem", "-subj", f"/CN={name}", "-out", "csr.pem")
        dates = ["-startdate", start, "-enddate", end]
        self.openssl(
            *(
                "ca",
                "-batch",
                "-config",
                "ca.cnf",
                "-extensions",
                "v3",
                "-selfsign",
                "-rand_serial",
                "-notext",
            ),
            *("-keyfile", "key.pem", "-in", "csr.pem", "-out", f"{name}.pem", *dates),
        )
        return self.folder / f"{name}.pem"

    def serving(self, certificate: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, self.key)
        return context


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def good(made: Certificates) -> Path:
    return made.signed("good", "IP:127.0.0.1", "20260101000000Z", "20960101000000Z")


def test_a_certificate_nobody_vouches_for_is_refused_with_the_reason(made: Certificates, good: Path) -> None:
    with Faultd(tls=made.serving(good)) as site:
        error = failure(look_at(site), site.url("/page?key=CANARY"))
        assert (error.kind, site.hits) == ("tls", [])
    assert (
        "self-signed certificate" in error.words and "ca_file" in error.words and "CANARY" not in error.words
    )


def test_a_source_may_name_the_ca_that_it_trusts_and_only_for_itself(made: Certificates, good: Path) -> None:
    async def run(url: str, look: Look) -> list[object]:
        fetcher = Fetcher(look, now=lambda: NOW)
        trusting = await fetcher.get(url, ca_file=good)
        others = await asyncio.gather(fetcher.get(url), return_exceptions=True)
        await fetcher.aclose()
        return [trusting, *others]

    with Faultd(tls=made.serving(good)) as site:
        mine, other = asyncio.run(run(site.url(), look_at(site)))
    assert isinstance(mine, Snapshot) and mine.body == PAGE
    assert isinstance(other, FetchError) and other.kind == "tls"


def test_robots_txt_is_asked_for_with_the_same_trust(made: Certificates, good: Path) -> None:
    with Faultd(tls=made.serving(good), robots="User-agent: *\nDisallow: /private") as site:
        assert failure(look_at(site, robots=True), site.url("/private"), ca_file=good).kind == "robots"


@pytest.mark.parametrize(
    ("name", "san", "end", "reason"),
    [
        ("expired", "IP:127.0.0.1", "20260201000000Z", "certificate has expired"),
        ("other", "DNS:other.test,IP:127.0.0.7", "20960101000000Z", "not valid for '127.0.0.1'"),
    ],
)
def test_a_trusted_certificate_must_still_be_in_date_and_for_this_host(
    made: Certificates, name: str, san: str, end: str, reason: str
) -> None:
    certificate = made.signed(name, san, "20260101000000Z", end)
    with Faultd(tls=made.serving(certificate)) as site:
        error = failure(look_at(site), site.url(), ca_file=certificate)
    assert error.kind == "tls" and reason in error.words


def test_plain_http_on_a_tls_port_is_a_tls_error(site: Faultd) -> None:
    error = failure(look_at(site), site.url().replace("http:", "https:"))
    assert error.kind == "tls" and error.words.startswith(f"no TLS with {site.peer}: ")


def test_a_stalled_handshake_is_a_tls_error_within_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        peer = f"127.0.0.1:{mute.getsockname()[1]}"
        error = failure(look_at(peer, timeout=0.2), f"https://{peer}/")
    assert (error.kind, error.words) == ("tls", f"timed out after 0.2 s in the TLS handshake with {peer}")


def test_a_redirect_from_https_to_http_is_refused(made: Certificates, good: Path, site: Faultd) -> None:
    with Faultd(tls=made.serving(good)) as secure:
        url = secure.url(f"/to?at={site.url()}")
        error = failure(look_at(secure, site), url, ca_file=good)
    assert error.kind == "bad_redirect" and "from https to http" in error.words


def test_a_page_over_tls_is_kept_whole_and_its_connection_too(made: Certificates, good: Path) -> None:
    with Faultd(tls=made.serving(good)) as site:
        paths = ["/page", "/gzip/one", "/stale", "/stale", "/reset", "/short"]
        answers = fetch_all(look_at(site), [site.url(path) for path in paths], ca_file=good)
    assert [a.body == PAGE if isinstance(a, Snapshot) else a.kind for a in answers] == [  # type: ignore[union-attr]
        *[True] * 4,
        "truncated",
        "truncated",
    ]


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_cannot_be_used_is_named(site: Faultd, tmp_path: Path, content: str | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if content:
        ca_file.write_text(content)
    error = failure(look_at(site), site.url().replace("http:", "https:"), ca_file=ca_file)
    assert error.kind == "tls" and str(ca_file) in error.words
