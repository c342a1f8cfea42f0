"""What nobody wants to hear of until a moment: recorded, and no move is lost by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.filters import is_like


@dataclass(frozen=True, slots=True)
class Silence:
    """What nobody wants to hear of: all that every filter admits that is not empty."""

    id: int
    created_at: datetime
    until: datetime
    provider: str = ""
    model: str = ""  # a glob
    rule: str = ""
    why: str = ""
    ended_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.created_at <= at < min(self.until, self.ended_at or self.until)

    @property
    def what(self) -> str:
        """What is silent, in words: "openai gpt-4*, by the rule cuts"."""
        of = " ".join(filter(None, (self.provider, self.model)))
        return ", ".join(filter(None, (of, self.rule and f"by the rule {self.rule}")))

    def covers(self, rule: str, provider: str, model: str = "") -> bool:
        """Whether it is about this; what is about no model is silenced by no model's silence."""
        return (
            self.rule in ("", rule)
            and self.provider.casefold() in ("", provider.casefold())
            and (not self.model or (bool(model) and is_like(provider, model, (self.model,))))
        )
