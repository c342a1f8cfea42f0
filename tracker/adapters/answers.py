"""What the other side answers while a message is sent, of which apprise itself says only yes or no."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
LONGEST_RETRY_AFTER = timedelta(days=1)
_PASSING = (408, 409, 423, 425, 429)  # of the 4xx: another try may do
_DATA = 354  # SMTP: go on, send the message; what breaks after it may have arrived

_http_send = requests.Session.send
_smtp_reply = smtplib.SMTP.getreply


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message did not arrive, or may not have."""

    words: str
    permanent: bool = False
    uncertain: bool = False
    retry_after: timedelta | None = None


@dataclass(slots=True)
class Answers:
    """The refusals heard while one part of a message was sent, the last one last."""

    delivery_id: str
    refusals: list[Refusal] = field(default_factory=list)
    smtp: int = 0  # the mail server's last reply


_listening: ContextVar[Answers | None] = ContextVar("listening", default=None)


@contextmanager
def listening(delivery_id: str) -> Iterator[Answers]:
    """Hear what servers answer to this thread: redirects become refusals, and our timeouts hold."""
    answers = Answers(delivery_id)
    token = _listening.set(answers)
    try:
        yield answers
    finally:
        _listening.reset(token)


def refused(refusal: Refusal) -> None:
    """Note a refusal that a service wrote into an answer of status 200, for who is listening."""
    answers = _listening.get()
    if answers is not None:
        answers.refusals.append(refusal)


def _send(self: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
    answers = _listening.get()
    if answers is None:
        return _http_send(self, request, **how)
    request.headers["X-Delivery-Id"] = answers.delivery_id
    how |= {"allow_redirects": False, "timeout": (CONNECT_SECONDS, ANSWER_SECONDS)}
    try:
        answer = _http_send(self, request, **how)
    except requests.RequestException as error:
        answers.refusals.append(_of_error(error))
        raise
    if answer.status_code >= 300:
        answers.refusals.append(_of_status(answer))
    if answer.status_code < 400 and answer.status_code >= 300:
        # A page that a redirect leads to answers 200 and has not taken the message.
        raise requests.TooManyRedirects("redirects are not followed")
    return answer


def _reply(self: smtplib.SMTP) -> tuple[int, bytes]:
    answers = _listening.get()
    if answers is None:
        return _smtp_reply(self)
    try:
        code, words = _smtp_reply(self)
    except (OSError, smtplib.SMTPException):
        answers.refusals.append(Refusal("the connection broke", uncertain=answers.smtp == _DATA))
        raise
    answers.smtp = code
    if code >= 400:
        answers.refusals.append(Refusal(f"SMTP {code}", permanent=code >= 500))
    return code, words


# The two places through which everything that apprise sends must pass. Outside `listening` they do nothing.
requests.Session.send = _send  # type: ignore[method-assign]
smtplib.SMTP.getreply = _reply  # type: ignore[method-assign]


def _of_status(answer: requests.Response) -> Refusal:
    status = answer.status_code
    if status < 400:
        return Refusal(f"HTTP {status}: it redirects, which is not followed")
    permanent = status < 500 and status not in _PASSING
    wait = _retry_after(answer.headers.get("Retry-After") or _in_body(answer))
    return Refusal(f"HTTP {status}", permanent, retry_after=wait)


def _in_body(answer: requests.Response) -> str:
    """What Telegram and Discord say in a 429's body: seconds, maybe with a fraction."""
    if answer.status_code != 429:
        return ""
    try:
        said = answer.json()
        return str(said.get("retry_after") or said.get("parameters", {}).get("retry_after") or "")
    except (ValueError, AttributeError):
        return ""


def _retry_after(said: str) -> timedelta | None:
    """Seconds, maybe with a fraction, or a date, as RFC 9110 allows; None where nothing usable was said."""
    said = said.strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", said, re.ASCII):
        return min(timedelta(seconds=float(said[:9])), LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - datetime.now(UTC), timedelta(0)), LONGEST_RETRY_AFTER)


def _of_error(error: requests.RequestException) -> Refusal:
    if isinstance(error, requests.ReadTimeout):
        return Refusal(f"no answer within {ANSWER_SECONDS:g} s", uncertain=True)
    if isinstance(error, requests.exceptions.SSLError):
        return Refusal("no secure connection: the certificate or the protocol was not accepted")
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError) or _never_left(error):
        return Refusal("no connection")
    if isinstance(error, ValueError):  # an address or a header that cannot be used
        return Refusal("its address cannot be used", permanent=True)
    return Refusal("the connection broke", uncertain=True)


def _never_left(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
