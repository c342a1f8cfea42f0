"""What a text says of how a plan is billed: by the year, by the month, or both."""

from __future__ import annotations

import re

NOTE = re.compile(r"\s*[*†‡§¹²³⁴-⁹]\s*\S")  # a footnote

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
_SAVING = re.compile(
    r"[^.;,(\n]*\b(?:sav(?:e|es|ing|ings)|cheaper|\d+ ?% (?:off|discount)|(?:switch|upgrade) to"
    r"|(?<!annual )(?<!yearly )(?<!subscription )discounts?)\b[^.;\n]*",
    re.I,
)


def without_savings(text: str) -> str:
    """A text without what it says of saving by another way of billing."""
    return _SAVING.sub("", text)


def billed_here(text: str) -> str:
    """What words in the line of a price say: yearly, monthly, "unclear" where both, "" where neither."""
    return _one(text, _PAID_YEARLY, _PAID_MONTHLY) or _one(text, _YEARLY, _MONTHLY)


def billed_around(line: str) -> str:
    """The same of a line near a price, which must speak of nothing else."""
    said = without_savings(line)
    return _one(said, _PAID_YEARLY, _PAID_MONTHLY) or (
        "yearly" if _LONE_YEARLY.fullmatch(said) else "monthly" if _LONE_MONTHLY.fullmatch(said) else ""
    )


def _one(text: str, yearly: re.Pattern[str], monthly: re.Pattern[str]) -> str:
    said = [way for way, words in (("yearly", yearly), ("monthly", monthly)) if words.search(text)]
    return "unclear" if len(said) > 1 else said[0] if said else ""
