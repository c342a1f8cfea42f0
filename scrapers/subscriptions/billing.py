"""What the words around a monthly price say of how it is billed: by the year, by the month, or both."""

from __future__ import annotations

import re

_NEAR, _LONGEST_NOTE = 80, 300  # characters of a line near a price that is read; of a footnote
_NOTE = re.compile(r"\s*[*†‡§¹²³⁴-⁹]\s*\S")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z*$€£¥₩₹]|$)|\n")
_PAID = r"\b(?:billed|bills|paid|pay|payable|charged|invoiced|prepaid)\b(?:[ -]\w+){0,2}?[ -]"
_PAID_YEARLY = re.compile(
    rf"{_PAID}(?:annual(?:ly)?|yearly|up ?front|(?:per|a|every|each|once a|for the) (?:12 months|year))\b",
    re.I,
)
_PAID_MONTHLY = re.compile(
    rf"{_PAID}(?:monthly|per month|a month|(?:every|each) month)\b|\bmonth[- ](?:to|by)[- ]month\b", re.I
)
_NOUN = (
    r"(?:billing|subscription|commitment|plan|payments?|contract|term|prepay(?:ment)?|price|pricing|discount)"
)
_YEAR = r"(?:annual|yearly|(?:12|twelve)[- ]months?|(?:1|one)[- ]year)"
_YEARLY = re.compile(rf"\b(?:annually|yearly|{_YEAR}\s+(?:\w+ )?{_NOUN}|{_YEAR}\W*$)\b|\b{_YEAR}\W*$", re.I)
_MONTHLY = re.compile(rf"\bmonthly\W*(?:{_NOUN}|$)", re.I)
_LONE = r"\W*(?:(?:with|for|on|an?|the|based on)\s+)*{0}\W*" + _NOUN + r"?\W*"
_LONE_YEARLY = re.compile(_LONE.format(rf"(?:{_YEAR}|annually)"), re.I)
_LONE_MONTHLY = re.compile(_LONE.format("monthly"), re.I)
_WAY = r"(?<!billed )(?<!paid )(?<!charged )\b(?:monthly|yearly|annual(?:ly)?)\s*(?:billing|plan|price)?"
_LABEL = re.compile(rf"(?:(?:^|[;,.(]\s*)[^;,.(]{{0,40}}[:–—]|{_WAY})\s*(?:from )?$", re.I)
_OF_NEXT = re.compile(rf"(?:[^;.,]*:|{_WAY})\s*$|;.*$", re.I)  # what leads to the next amount is that one's
_SAVING = re.compile(
    r"[^.;,(\n]*\b(?:sav(?:e|es|ing|ings)|cheaper|\d+ ?% (?:off|discount)|(?:switch|upgrade) to"
    r"|(?<!annual )(?<!yearly )(?<!subscription )discounts?)\b[^.;\n]*",
    re.I,
)


def billing_of(before: str, rest: str, *, first: bool, more: bool, taken: bool) -> tuple[str, bool]:
    """(yearly, monthly, "unclear" or "", whether a line below said it) of a monthly price.

    `before` and `rest` reach to the amounts before and behind it; `first`: there is none before; `more`:
    there is one behind; `taken`: the line above belongs to the amount before.
    """
    label, after = (
        _SAVING.sub("", last_sentence(before)),
        _SAVING.sub("", rest.split("\n")[0][:_LONGEST_NOTE]),
    )
    in_line, goes_on = not first and "\n" not in before, more and "\n" not in rest
    if goes_on:
        after = _OF_NEXT.sub("", after)
    tied = _LABEL.search(label)
    if said := (_billed_here(tied[0]) if tied else "") or _billed_here(after):
        return said, False
    if not in_line and not goes_on and (said := _billed_here(label[-_NEAR:])):
        return said, False
    above = "" if in_line or taken or label.strip() else _first_said(lines_in(before)[:-1][-1:])
    below = lines_in(rest)[1:]
    notes = [line[:_LONGEST_NOTE] for line in below if _NOTE.match(line)]
    under = _first_said([*(line for line in below[:2] if len(line) <= _NEAR), *notes])
    if above and under and above != under:
        # Where labels stand above prices, the line before the next amount is that one's.
        leads = more and len(below) > 1 and _billed_around(below[-2]) == under
        return (above, False) if leads else ("unclear", True)
    return above or under, bool(under and not above)


def _first_said(lines: list[str]) -> str:
    return next(filter(None, map(_billed_around, lines)), "")


def last_sentence(text: str) -> str:
    return _SENTENCE.split(text)[-1]


def lines_in(text: str) -> list[str]:
    """The lines of a text without the empty ones, but for the first and the last, which may be parts."""
    first, *others = text.split("\n")
    return [first, *filter(str.strip, others[:-1]), *others[-1:]]


def _billed_here(text: str) -> str:
    """What words in the line of a price say: yearly, monthly, "unclear" where both, "" where neither."""
    return _one(text, _PAID_YEARLY, _PAID_MONTHLY) or _one(text, _YEARLY, _MONTHLY)


def _billed_around(line: str) -> str:
    """The same of a line near a price, which must speak of nothing else."""
    said = _SAVING.sub("", line)
    return _one(said, _PAID_YEARLY, _PAID_MONTHLY) or (
        "yearly" if _LONE_YEARLY.fullmatch(said) else "monthly" if _LONE_MONTHLY.fullmatch(said) else ""
    )


def _one(text: str, yearly: re.Pattern[str], monthly: re.Pattern[str]) -> str:
    said = [way for way, words in (("yearly", yearly), ("monthly", monthly)) if words.search(text)]
    return "unclear" if len(said) > 1 else said[0] if said else ""
