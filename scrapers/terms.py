"""What a heading, a row's label or a name says about the terms of a price: tier, context, hours, dates."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import lru_cache

from scrapers.page import STANDARD, Terms

_TIERS = (
    ("batch", r"\bbatch(?:ed|ing)?\b|批量|批处理"),
    ("flex", r"\bflex\b"),
    ("priority", r"\bpriority\b|(?<![一-鿿])优先(?![一-鿿])"),
    ("ultrafast", r"\bultra[ -]?fast\b"),
    ("fast", r"\bfast mode\b"),
)
_TIER_ONLY = re.compile(
    r"\W*(?:standard|on[- ]?demand|regular|default|batch(?: api)?|flex|priority|fast|ultra[ -]?fast"
    r"|标准|批量|优先)(?: (?:api|tier|mode|processing|prices?|pricing|rates?|inference))?\W*",
    re.I,
)
_TAB = re.compile(r"Standard|Batch|Flex|Priority|Ultrafast|Fast|标准|批量|优先")
_LONG = re.compile(r"(?<!short and )\blong[- ]context\b|长上下文", re.I)
_LONGEST, _LONGEST_PAGE = 1000, 100_000  # characters in which terms, and a year, are looked for
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = (
    rf"(?:(?P<m1>{_MONTH})\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s*(?P<y1>20\d\d))?"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTH})(?:,?\s*(?P<y2>20\d\d))?"
    r"|(?P<y3>20\d\d)[-/.](?P<m3>\d{1,2})[-/.](?P<d3>\d{1,2})"
    r"|(?P<y4>20\d\d)\s*年\s*(?P<m4>\d{1,2})\s*月\s*(?P<d4>\d{1,2})\s*日)"
)
# Each blank is taken whole and never given back: otherwise many of them would cost their power.
_ZONE = r"(?:\(?(?:utc|gmt|pt|pst|et|beijing|北京)\s*+(?:time|时间)?\)?\s*+)?"
_TIME = rf"{_ZONE}(?:(?:at\s++)?\d{{1,2}}:\d\d\s*+{_ZONE},?\s*+)?(?:on\s++)?{_ZONE}"
UNTIL = re.compile(
    rf"(?:through|until|till|valid to|ends?(?:\s++on)?|extended to|截至|截止(?:到|至)?|至)\s*+{_TIME}{_DAY}",
    re.I,
)
SINCE = re.compile(
    r"(?:starting|effective|beginning|since|as of|from|takes? effect|in effect from|自|从)\s*+"
    rf"(?:(?:at|on|from)\s*+)?{_TIME}{_DAY}",
    re.I,
)
_SINCE_BEHIND = re.compile(rf"{_DAY}[^。，,;；\n]{{0,12}}起")
_ANY_DAY = re.compile(_DAY, re.I)
_NUMBER = r"(?P<{0}>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)\s*(?P<{0}_unit>[km])?"
_ABOVE = re.compile(
    r"(?:>=?|≥|\bover|\babove|\b(?:more|longer|larger|greater) than|\bbeyond|\bexceeding)\s*"
    rf"{_NUMBER.format('n')}\b",
    re.I,
)
_BELOW = re.compile(
    rf"(?:<=?|≤|\bup to|\bbelow|\bunder|\b(?:less|shorter|smaller) than|\bwithin)\s*{_NUMBER.format('n')}\b",
    re.I,
)
_FLIPPED = re.compile(rf"{_NUMBER.format('n')}\s*(?:<=?|≤)\s*(?:input|prompt|tokens?|context|length)", re.I)
_CONTEXT = re.compile(
    rf"\(?\s*(?:for\s+)?(?:prompts?\s*)?(?:{_ABOVE.pattern}|{_BELOW.pattern.replace('<n', '<b')})"
    r"\s*(?:-?\s*(?:input|prompt|context)\b)?\s*(?:tokens?\b|context length\b|window\b|length\b)*\s*\)?",
    re.I,
)
# Bands as a cell of their own: "256K~1M", "[32, 128)", "32K-128K tokens".
_BAND = re.compile(
    rf"[\[(（]?\s*{_NUMBER.format('n')}\s*(?:[~～–—-]|to|,|，)\s*{_NUMBER.format('b')}\s*(?:tokens?)?\s*[\])）]?",
    re.I,
)
_HEADED_BAND = re.compile(
    rf"\W*(?:inputs?|prompts?|context|输入|上下文)(?: (?:length|size|tokens?)|长度)?\W{{0,3}}?"
    rf"(?P<band>{_BAND.pattern}|(?:[<>]=?|[≤≥])\s*\d[\d,.]*\s*[km]?(?: tokens?)?)\W*",
    re.I,
)
# "输入长度 [0, 32] 且输出长度 (0.2, +∞)": of input, and perhaps of output.
_INTERVAL = re.compile(
    r"(输入|输出|input|output|context|上下文|tokens?)[^\d\[(（\]]{0,20}[\[(（]\s*(\d+(?:\.\d+)?)\s*([km]?)\s*(?:[,，~]"
    r"\s*(\d+(?:\.\d+)?|\+?∞|\+?inf)\s*([km]?)|\+)\s*[\])）]",
    re.I,
)
_HOURS = re.compile(r"(\d{1,2}):(\d\d)\s*[-–—~～至到]\s*(?:次日)?\s*(\d{1,2}):(\d\d)")
_OFF_PEAK = re.compile(r"off[\s-]?peak|discount price|空闲|优惠时段|低谷|闲时", re.I)
_PEAK = re.compile(r"(?<!off-)(?<!off )\bpeak\b|高峰", re.I)
_STANDARD = re.compile(r"standard price|standard hours|标准时段", re.I)


def terms_in(text: str, page: str = "") -> Terms:
    """The terms that a text states; a date without its year takes that of the same day on the page."""
    said, until, since = _said(text[:_LONGEST])
    if until is None and since is None:
        return said
    return replace(said, promo_until=_day(until, page), effective_from=_day(since, page))


@lru_cache(maxsize=4096)
def _said(text: str) -> tuple[Terms, re.Match[str] | None, re.Match[str] | None]:
    """The terms that a text states without its days, the day of an end, the day of a beginning."""
    said = Terms(
        tier=next((tier for tier, words in _TIERS if re.search(words, text, re.I)), ""),
        context=context_in(text),
        window=window_in(text),
        billing="yearly" if re.search(r"\b(?:annual(?:ly)?|yearly|per year)\b", text, re.I) else "",
    )
    return said, UNTIL.search(text), SINCE.search(text) or _SINCE_BEHIND.search(text)


def heading_terms(heading: str) -> Terms:
    """The terms that a column's heading states, where "long context" is told apart from "short context"."""
    said = terms_in(heading)
    return replace(said, context="long") if not said.context and _LONG.search(heading[:_LONGEST]) else said


def tier_only(text: str) -> bool:
    """Whether a heading or a line says a tier and nothing else."""
    return bool(_TIER_ONLY.fullmatch(text[:80]))


def tabs_in(text: str) -> list[str]:
    """The tiers of a line of tabs, run together or not: "Standard Batch Flex"; empty where it is none."""
    found = _TAB.findall(text)
    return found if len(found) > 1 and not re.sub(r"\bmore\b|\W", "", _TAB.sub(" ", text), flags=re.I) else []


def merged(*parts: Terms) -> Terms:
    """All that several texts say together; the later ones win."""
    told = [part for part in parts if part != STANDARD]
    if len(told) < 2:
        return told[0] if told else STANDARD
    said: dict[str, str] = {}
    for part in told:
        said |= part.as_dict()
    return Terms(**said)


def context_in(text: str) -> str:
    """What a text says of long prompts (">200K"); the shortest band is standard and says nothing."""
    if band := _BAND.fullmatch(text.strip()):
        return _between(band, text)
    if said := "; ".join(filter(None, (_interval(*found) for found in _INTERVAL.findall(text)))):
        return said
    above = _ABOVE.search(text) or _FLIPPED.search(text)
    if above is None or not any(digit in above["n"] for digit in "123456789"):
        return ""
    below = _BELOW.search(text)
    lower = _length(above["n"], above["n_unit"] or (below["n_unit"] if below else ""))
    return f">{lower}" + (f" ≤{_length(below['n'], below['n_unit'])}" if below else "")


def _between(band: re.Match[str], text: str) -> str:
    """A band of its own; without a unit and brackets it is a date or a range of something else."""
    unit = band["b_unit"] or ""
    if not (unit or text.strip()[0] in "[(（"):
        return ""
    lower, upper = _length(band["n"], band["n_unit"] or unit), _length(band["b"], unit)
    return f">{lower} ≤{upper}" if lower.strip("0KM") else ""


def _interval(what: str, lower: str, low_unit: str, upper: str, unit: str) -> str:
    """A band as an interval, in the unit that it names; the lowest is standard and says nothing."""
    if not lower.strip("0."):
        return ""
    said = _length(lower, low_unit or unit)
    is_open = not upper[:1].isdigit()
    of = "output " if re.match("输出|output", what, re.I) else ""
    return f"{of}>{said}" + ("" if is_open else f" ≤{_length(upper, unit)}")


def _length(number: str, unit: str) -> str:
    """A number of tokens as price lists write it: "200,000" is "200K"."""
    plain = number.replace(",", "")
    for ending, short in (("000000", "m"), ("000", "k")):
        if not unit and plain.endswith(ending):
            plain, unit = plain.removesuffix(ending), short
    return plain + (unit or "").upper()


@lru_cache(maxsize=4096)
def without_context(text: str) -> str:
    """A heading without its "≤ 200K input tokens", whose "input" is no meter."""
    return _CONTEXT.sub(" ", text[:_LONGEST])


def without_band(heading: str) -> tuple[str, str]:
    """A heading without the line of it that says only a band of lengths ("Input 256K - 1M"), and the band."""
    lines = heading[:_LONGEST].split("\n")
    bands = [found for line in lines if (found := _HEADED_BAND.fullmatch(line))]
    if len(bands) != 1 or len(lines) == 1:
        return heading, ""
    return "\n".join(line for line in lines if line != bands[0][0]), context_in(bands[0]["band"])


def window_in(text: str) -> str:
    """The hours of a price in UTC ("16:30-00:30Z"), else "peak" or "off-peak"; "" for standard."""
    if _STANDARD.search(text):
        return ""
    word = "off-peak" if _OFF_PEAK.search(text) else "peak" if _PEAK.search(text) else ""
    hours = _HOURS.findall(text)
    if not word or not hours:
        return word
    east = 8 if re.search(r"北京|beijing|utc\s*\+\s*8", text, re.I) else 0
    spans = (f"{(int(a) - east) % 24:02}:{b}-{(int(c) - east) % 24:02}:{d}Z" for a, b, c, d in hours)
    return ",".join(spans)


def _day(found: re.Match[str] | None, page: str) -> str:
    if found is None:
        return ""
    year, month, day = _parts(found)
    if not year:
        years = {
            y
            for y, m, d in map(_parts, _ANY_DAY.finditer(page[:_LONGEST_PAGE]))
            if y and (m, d) == (month, day)
        }
        if len(years) != 1:
            return ""
        year = years.pop()
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _parts(found: re.Match[str]) -> tuple[int, int, int]:
    said = found.groupdict()
    way = next(n for n in "1234" if said[f"d{n}"])
    month = said[f"m{way}"]
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    return int(said[f"y{way}"] or 0), number, int(said[f"d{way}"])
