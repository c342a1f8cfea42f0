"""The lines of a page of plans in blocks: a plan's card, or a section that speaks of one plan or of none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scrapers.lines import Line
from scrapers.subscriptions.amounts import amounts_in
from scrapers.subscriptions.money import SIGNS, glued_apart
from scrapers.subscriptions.names import PlanNames, seat_line

_LONGEST_CARD = 30  # lines below a title that is no heading
_IS_PRICE = re.compile(rf"\W*(?:from |only )?(?:{SIGNS})\s*\d", re.I)


@dataclass(slots=True)
class Block:
    """Lines that belong together: below a plan's title (`is_card`), or in a section that speaks of one."""

    plan: str = ""
    title: str = ""
    level: int = 0
    is_card: bool = False
    is_head: bool = False  # of a comparison: titles in a row, the lines below are of no single one
    lines: list[str] = field(default_factory=list)


def blocks_of(lines: list[Line], names: PlanNames) -> list[Block]:
    """The page's lines, cut where a title, a heading or a kind of seat begins something else."""
    path: list[tuple[int, str]] = []
    blocks = [Block()]
    for line in lines:
        here, text = blocks[-1], glued_apart(line.text)
        if plan := names.title(text, heading=line.level > 0):
            if line.level:
                path = [above for above in path if above[0] < line.level] + [(line.level, plan)]
            blocks.append(Block(plan, text, line.level, is_card=True))
        elif line.level and not _IS_PRICE.match(text):
            said = {plan for *_, plan in names.mentioned(text)}
            path = [above for above in path if above[0] < line.level]
            path += [(line.level, said.pop() if len(said) == 1 else "")] if said else []
            blocks.append(
                Block(_inherited(path), text, line.level, lines=[text] if any(amounts_in(text)) else [])
            )
        elif here.plan and (seat := seat_line(text)):
            blocks.append(Block(_seatless(here.plan) + seat, here.title, here.level, is_card=here.is_card))
        else:
            if here.is_card and not here.level and len(here.lines) >= _LONGEST_CARD:
                blocks.append(here := Block(_inherited(path)))
            here.lines.append(text)
    _mark_heads(blocks)
    return blocks


def _seatless(plan: str) -> str:
    return re.sub(r" \w+ seat$", "", plan)


def _inherited(path: list[tuple[int, str]]) -> str:
    return path[-1][1] if path else ""


def _mark_heads(blocks: list[Block]) -> None:
    """Titles that follow each other at once head a comparison: the last one owns nothing of what is below."""
    run: list[str] = []
    for n, here in enumerate(blocks):
        before = blocks[n - 1] if n else Block()
        follows = (
            here.is_card
            and before.is_card
            and bool(here.level) == bool(before.level)
            and len(before.lines) <= (0 if here.level else 1)
            and not any(any(amounts_in(line)) for line in before.lines)
        )
        run = [*run, here.plan] if follows and here.plan not in run else [here.plan]
        here.is_head = len(run) > 1
