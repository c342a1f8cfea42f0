"""What the columns beside names and prices say of a row: its region, its unit, its tier, its modality."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scrapers.currencies import currency_in
from scrapers.grid import Cell, Grid
from scrapers.lines import one_line
from scrapers.meters import Unit, kinds_in, read_unit
from scrapers.page import Terms
from scrapers.terms import merged, terms_in

REGION = re.compile(r"(?:(?:cloud |server )?regions?|locations?|地域|区域|部署地域)", re.I)
_UNIT = re.compile(r"(?:billing |price |pricing )?units?|计费单位|单位|价格单位", re.I)
_MODALITY = re.compile(r"(?:token |input |data )?(?:modalit(?:y|ies)|type)|模态|类型", re.I)
_TIER = re.compile(
    r"(?:(?:service|pricing|price|serving) )?(?:tier|flavou?r|mode|variant|speed|quality|precision"
    r"|quant(?:ization)?|type|deployment|endpoint type)|模式|部署方式|服务等级",
    re.I,
)
_ALWAYS_TIER = re.compile(r"(?:(?:service|pricing|price|serving) )?tier|flavou?r", re.I)
_EVERYWHERE = re.compile(r"\W*(?:global|all(?: regions)?|worldwide|全球|全部)?\W*", re.I)
_USUAL = re.compile(r"\W*(?:standard|base|default|regular|normal|on[- ]?demand|标准|默认|text|n/a)?\W*", re.I)
_KIND = re.compile(r"\W*(?:text|audio|image|video|文本|音频|图片|图像|视频)s?(?: tokens?)?\W*", re.I)
_RATE = re.compile(r"\d.*(?:tok|tps|/\s?s)", re.I)  # a speed is no tier
_LONGEST_TIER = 30  # characters


@dataclass(frozen=True, slots=True)
class Beside:
    """Which columns say such things; -1 where none does."""

    region_at: int = -1
    unit_at: int = -1
    tier_at: int = -1
    modality_at: int = -1

    def terms(self, row: Sequence[Cell]) -> Terms:
        """The region, and the tier where the rows of one name are told apart by it."""
        region = _text(row, self.region_at)
        tier = one_line(_text(row, self.tier_at).lower())
        said = Terms() if _EVERYWHERE.fullmatch(region) else Terms(region=", ".join(region.split("\n")))
        if _USUAL.fullmatch(tier) or len(tier) > _LONGEST_TIER or _KIND.fullmatch(tier) or _RATE.search(tier):
            return said
        return merged(said, terms_in(tier) if terms_in(tier).tier else Terms(tier=tier))

    def lacks_region(self, row: Sequence[Cell]) -> bool:
        """Whether a table of regions does not say that of a row."""
        return self.region_at >= 0 and not _text(row, self.region_at).strip()

    def unit(self, row: Sequence[Cell]) -> Unit | None:
        return read_unit(_text(row, self.unit_at))

    def currency(self, row: Sequence[Cell]) -> str:
        return currency_in(_text(row, self.unit_at))

    def modality(self, row: Sequence[Cell]) -> str:
        """ "audio" where the row says that its tokens are such; "" for text."""
        said = _text(row, self.modality_at)
        kinds = kinds_in(said) if _KIND.fullmatch(said) else []
        return kinds[0] if kinds and kinds[0] != "text" else ""


NOTHING = Beside()


def beside_of(grid: Grid, headings: Sequence[str], name_at: int, taken: set[int]) -> Beside:
    """Such columns of a grid, by their headings and cells; those in `taken` hold prices."""
    free = [x for x in range(len(headings)) if x != name_at and x not in taken]

    def at(heading: re.Pattern[str]) -> int:
        return next((x for x in free if heading.fullmatch(headings[x])), -1)

    unit_at = at(_UNIT)
    if unit_at >= 0 and not any(read_unit(row[unit_at].text) for row in grid.body):
        unit_at = -1
    tier_at = at(_TIER) if _repeats(grid, name_at) else at(_ALWAYS_TIER)
    return Beside(at(REGION), unit_at, tier_at, at(_MODALITY))


def _repeats(grid: Grid, name_at: int) -> bool:
    names = [row[name_at].text for row in grid.body if row[name_at].text]
    return len(set(names)) < len(names)


def _text(row: Sequence[Cell], at: int) -> str:
    return row[at].text if at >= 0 else ""
