"""Every error that a user can meet.

TrackerError            one sentence: what, where, how to mend it; carries the exit code
├── QueryRefused         2  SQL that is wrong, or asks for more than it may
├── Missing             69  something needed is not there
├── Busy                75  another tracker holds this store, or it is locked for long
├── Denied              77  permission
├── BadSettings         78  the settings, or a store that this version cannot use
│   └── BadClaims           a claims file: one line a problem
└── StoreTrouble        74  the store failed while in use (disk full, gone, broken)
    └── RowRefused          the store is well and refuses this row: the fault of one source
FetchError              one look failed; `kind` says how; the job turns it into a row
SendError               one message did not leave; `permanent` says whether another try is of use
"""

from __future__ import annotations

from datetime import timedelta


class TrackerError(Exception):
    """One sentence for a person, and the exit code (sysexits) that goes with it."""

    exit_code = 1


class QueryRefused(TrackerError):
    exit_code = 2


class Missing(TrackerError):
    exit_code = 69


class StoreTrouble(TrackerError):
    exit_code = 74


class RowRefused(StoreTrouble):
    pass


class Busy(TrackerError):
    exit_code = 75


class Denied(TrackerError):
    exit_code = 77


class BadSettings(TrackerError):
    """All problems at once, a line each."""

    exit_code = 78


class BadClaims(BadSettings):
    """A claims file is wrong: one line a problem."""


class FetchError(Exception):
    """One look at a page failed. `kind` is one of KINDS; `words` never hold a secret or a query."""

    KINDS = (
        "unreachable",  # no connection: name, route, refused, reset before an answer
        "timeout",  # one step took too long (connect, first byte, between bytes)
        "deadline",  # the whole took too long
        "truncated",  # the body ended before it was whole
        "protocol",  # not HTTP, or contradictory
        "too_large",  # body, decoded body or headers over the cap
        "encoding",  # a content encoding that was not asked for, or a second layer
        "redirects",  # too many
        "bad_redirect",  # a malformed, downgrading or foreign-scheme target, or credentials across origins
        "refused_address",  # the address guard
        "tls",
        "http_status",  # 4xx or 5xx; see `status` and `retry_after`
        "robots",  # the site asks robots not to read this page
        "browser",  # the page needs a browser, and there is none, or it gave up
    )

    def __init__(
        self, kind: str, words: str, *, status: int | None = None, retry_after: timedelta | None = None
    ) -> None:
        assert kind in self.KINDS, kind
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.status = status
        self.retry_after = retry_after


class SendError(Exception):
    """One message did not leave, or `uncertain`: it may have. `words` name the channel, never its address."""

    def __init__(
        self,
        words: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        retry_after: timedelta | None = None,
        arrived: int = 0,
    ) -> None:
        super().__init__(words)
        self.words = words
        self.arrived = arrived  # parts of the message that did
        self.permanent = permanent
        self.uncertain = uncertain
        self.retry_after = retry_after
