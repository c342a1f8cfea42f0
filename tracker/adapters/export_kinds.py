"""What each column of an export holds, by the names of the views."""

from __future__ import annotations

_WHOLE = {"snapshot", "confirmed_by", "documented", "prices", "offers", "attempts", "alert", "move"}
_KEYS = {("sources", "id"), ("deliveries", "id"), ("deliveries", "part_of")}  # by text, never an empty one
_EVENT = ("event_prices", "event")
_MONEY = {"price", "before", "after"}
_MOMENTS = {"valid_from", "valid_to", "at", "not_before", "state_since", "last_look", "last_well", "next"}
_MOMENTS |= {"created_at", "recorded_at", "next_try", "tried_at", "sent_at", "first_seen"}
_MOMENTS |= {"announced_at", "published_at"}


def kind_of(view: str, column: str) -> str:
    """integer, number, decimal (exact, as text), moment, key or text; only text may be empty and there."""
    if (view, column) in _KEYS:
        return "key"
    if column.endswith("_value") or column == "pct":
        return "number"
    if column == "id" or column in _WHOLE or (view, column) == _EVENT:
        return "integer"
    if column in _MONEY:
        return "decimal"
    return "moment" if column in _MOMENTS else "text"
