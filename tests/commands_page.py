"""What docs/commands.md says of each command."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs/commands.md"


@dataclass
class Section:
    """What is said of one command; `usage` are the words after its name."""

    usage: list[str] = field(default_factory=list)
    text: str = ""

    @property
    def options(self) -> set[str]:
        return set(re.findall(r"`(--[a-z-]+)[` ]", self.text))

    @property
    def example(self) -> Any:
        """The JSON that is shown."""
        (block,) = re.findall(r"```json\n(.*?)```", self.text, re.DOTALL)
        return json.loads(block)


def sections() -> dict[str, Section]:
    """The sections by command; the options of every verb are under the empty name."""
    parts = re.split(r"^#+ (.*)\n", PAGE.read_text(), flags=re.MULTILINE)
    found: dict[str, Section] = {}
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        if heading == "For every verb":
            found[""] = Section([], body)
        elif command := re.fullmatch("`(.+)`", heading):
            words = command[1].split()
            name = [w for w in words if w.islower()]
            found[" ".join(name)] = Section(words[len(name) :], body)
    return found
