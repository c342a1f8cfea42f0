"""Another document in place of the page: a challenge, a login, an error page, an empty shell."""

from __future__ import annotations

import re

from scrapers.html_page import html_page
from scrapers.page import Page, ReadError
from scrapers.tables import is_html

_BLOCKED_TITLE = re.compile(
    r"just a moment|attention required|access denied|are you (?:a )?(?:human|robot)|captcha|security check"
    r"|verify(?:ing)? you|bot (?:check|detection)|ddos|checking your browser|human verification"
    r"|\b(?:log|sign)[ -]?in\b|before you continue|consent|请稍候|安全验证|登录",
    re.I,
)
_ERROR_TITLE = re.compile(
    r"\b(?:4\d\d|5\d\d)\b.*\b(?:error|not found|forbidden|unavailable|gateway|moved)"
    r"|page not found|^not found"
    r"|service (?:temporarily )?unavailable|bad gateway|gateway time-?out|maintenance|^error\b|forbidden"
    r"|too many requests|页面不存在|维护",
    re.I,
)
_CHALLENGE = re.compile(
    r"cf[-_]chl|challenge-platform|challenges\.cloudflare|_Incapsula_|px-captcha|hcaptcha", re.I
)
_BLOCKED_WORDS = re.compile(
    r"enable javascript and cookies|verify you are (?:a )?human|unusual traffic|accept (?:all )?cookies"
    r"|we (?:use|value) (?:cookies|your privacy)|(?:log|sign) in to continue|checking your browser",
    re.I,
)
_SHELL, _SHORT = (
    80,
    1500,
)  # characters of visible text: a page that a script fills in; a page that is one notice


def refuse_wrong_page(page: Page) -> None:
    """Raise ReadError where the page is plainly another document than a price list.

    "blocked": challenge, login, consent. "unexpected_page": empty, JSON, maintenance, an error page.
    "no_table": a shell that a script would fill. "incomplete_page": cut off before it shows what it is.
    """
    text = page.text.strip().lstrip("\ufeff\x00")
    if not text:
        raise ReadError("unexpected_page", f"{page.url} is empty")
    if "json" in page.media_type or (text[0] in "{[" and text[-1] in "}]"):
        raise ReadError("unexpected_page", f"{page.url} answered with JSON, not with a page")
    if is_html(page):
        _refuse_html(page)
    elif len(text) < _SHORT and _ERROR_TITLE.search(text.split("\n")[0]):
        raise ReadError("unexpected_page", f"{page.url} answered with an error page")


def _refuse_html(page: Page) -> None:
    here = html_page(page.text)
    tree = here.tree
    title = tree.css_first("title")
    named = title.text(strip=True)[:300] if title else ""
    shown = " ".join(line.text for line in here.lines)
    has_table = tree.css_first("table") is not None
    if len(shown) < _SHORT and not has_table:
        if _BLOCKED_TITLE.search(named) or _CHALLENGE.search(page.text) or _BLOCKED_WORDS.search(shown):
            raise ReadError("blocked", f"{page.url} answered with a challenge, a login or a consent page")
        if _ERROR_TITLE.search(named) or _ERROR_TITLE.search(shown[:200]):
            raise ReadError("unexpected_page", f"{page.url} answered with an error page")
        if tree.css_first("input[type=password]") is not None:
            raise ReadError("blocked", f"{page.url} answered with a login page")
    if not here.is_whole:
        raise ReadError("incomplete_page", f"{page.url} ends before its table or its document does")
    if len(shown) < _SHELL and not has_table and tree.css_first("script") is not None:
        raise ReadError("no_table", f"{page.url} is an empty shell (does it need a browser?)")
    if not shown and not has_table:
        raise ReadError("unexpected_page", f"{page.url} shows nothing")
