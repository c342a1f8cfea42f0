"""The names of channels, rules and workloads: each its own."""

from __future__ import annotations

from tracker.adapters.config import values
from tracker.adapters.config.ledger import Table


def own_name(table: Table, names: list[str]) -> str | None:
    """A name that no other has; from here on the table is called by it."""
    noun = table.label.partition("[")[0]
    if not table.has("name"):
        table.wrong("", f"has no name; a {noun} needs one")
    found = table.find("name", values.name)
    if found is None:
        return None
    name = found.value
    if name in names:
        table.wrong("name", f"is the name of another {noun} too; each needs its own")
    else:
        table.label = f"{noun}.{name}"
    names.append(name)
    return name
