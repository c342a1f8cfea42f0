"""What of the settings pages and the API answer from: the user's workloads and claims files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.adapters import claims as claims_files
from tracker.domain.claims import Claims
from tracker.domain.settings import Workload


@dataclass(frozen=True, slots=True)
class Own:
    """The files are read when they are asked for: a changed one counts at once."""

    workloads: Sequence[Workload] = ()
    claims: Sequence[Path] = ()

    def registered(self) -> list[Claims]:
        """The registered claims, and those of the user's files that are well."""
        return claims_files.readable(self.claims)

    def claims_of(self, source: str) -> Claims | None:
        """The claims of a source's id, or without one those of the article."""
        found = self.registered()
        return next((c for c in found if c.source.id == source), None) if source else found[0]
