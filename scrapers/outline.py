"""A linear look at a page's tags before any tree is built: whether it is whole, and parsed in good time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapers.page import ReadError

DEEPEST = 512  # open elements; real pages stay under 100, and the parser's time grows with depth times length
MOST_ATTRIBUTES = 1000  # of one tag; the parser compares each with each
_TAG = re.compile(r"<(?:(!--)|(/?)([a-zA-Z][^\s/>]*))")
_REST = re.compile(r"""(?:[^"'>]++|"[^"]*+"|'[^']*+')*+>""")
_QUOTED = re.compile(r"""(?:"[^"]*+"|'[^']*+')""")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_RAW = _names("script style textarea title xmp iframe noembed noframes")
_VOID = _names("area base br col embed hr img input link meta param source track wbr")
# Their end tags may be left out, and each closes the one before.
_OPTIONAL = _names("p li dt dd tr td th thead tbody tfoot colgroup option optgroup rp rt")
# The parser opens every formatting element anew in each block that follows while they stay open.
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
MOST_REOPENED = 2_000_000

# A page of so few tags is parsed in good time in whatever order they stand.
_FEW_TAGS = 20_000
_LONG_TAG = re.compile(rf"<[a-z][^<>]{{{2 * MOST_ATTRIBUTES}}}")
_OPENS_FORMATTING = re.compile(rf"<(?:{'|'.join(sorted(_FORMATTING))})[\s/>]")
_IS_RAW = rf"(?:{'|'.join(sorted(_RAW))})(?![^\s/>])"
_UP_TO_END = r"""[^"'>]*+(?:"[^"]*+"[^"'>]*+|'[^']*+'[^"'>]*+)*+>"""  # as _REST, in fewer steps
_RAW_WHOLE = "|".join(rf"{name}(?![^\s/>]){_UP_TO_END}.*?(?=</{name})" for name in sorted(_RAW))
# A page in lower case, cut nowhere: tags, scripts with their text, comments, and what is none of them.
_UNCUT = re.compile(
    rf"""[^<]*+(?:(?:</?(?!{_IS_RAW})[a-z][^\s/>]*+{_UP_TO_END}|</(?={_IS_RAW}){_UP_TO_END}
    |<(?:{_RAW_WHOLE})|<!(?=--).*?-->|<(?!/?[a-z]|!--))[^<]*+)*+""",
    re.S | re.X,
)
_SVG = _names(
    "path rect circle ellipse line polyline polygon g use defs stop lineargradient radialgradient clippath "
    "mask symbol text tspan image filter animate animatetransform"
)


@dataclass(slots=True)
class Outline:
    """What the scan counted."""

    open_table: bool = (
        False  # the last <table> has no </table>; one that another <table> ends is none of ours
    )
    opened_html: bool = False
    closed_html: bool = False
    cut_in_tag: bool = False  # the text ends inside a tag, a comment or a script

    @property
    def whole(self) -> bool:
        cut = self.open_table or self.cut_in_tag
        return not cut and (self.closed_html or not self.opened_html)


def scan(text: str) -> Outline:
    """Count what tells a whole page from a cut one; ReadError("too_large") where parsing would take long."""
    said = text.lower()
    if _is_small(said) and _ends_well(said):
        return Outline(opened_html=True, closed_html=True)
    return _scan(text)


def _is_small(said: str) -> bool:
    tags = said.count("<")
    if tags > _FEW_TAGS or _LONG_TAG.search(said):
        return False
    return tags * len(_OPENS_FORMATTING.findall(said)) <= MOST_REOPENED


def _ends_well(said: str) -> bool:
    """Whether a page ends with </html>, with no table, tag, comment or script open."""
    if not said[-200:].rstrip().endswith("</html>") or said.rfind("<table") > said.rfind("</table"):
        return False
    return bool(_UNCUT.fullmatch(said))


def _scan(text: str) -> Outline:
    seen, at, depth, in_svg = Outline(), 0, 0, False
    formatting = reopened = 0
    while tag := _TAG.search(text, at):
        at = _end_of(text, tag)
        if at < 0:
            seen.cut_in_tag = True
            return seen
        name, closing = (tag[3] or "").lower(), tag[2] == "/"
        _count(seen, name, closing)
        in_svg = name == "svg" and not closing if name == "svg" or name not in _SVG else in_svg
        if name in _FORMATTING:
            formatting = max(formatting + (-1 if closing else 1), 0)
        reopened += formatting
        if reopened > MOST_REOPENED:
            raise ReadError("too_large", "too many formatting elements stay open")
        if not name or name in _VOID or name in _OPTIONAL or name in _RAW:
            continue
        if in_svg and text[at - 2] == "/":
            continue
        depth = max(depth - 1, 0) if closing else depth + 1
        if depth > DEEPEST:
            raise ReadError("too_large", f"elements are nested more than {DEEPEST} deep")
    return seen


def _end_of(text: str, tag: re.Match[str]) -> int:
    """Where a tag, a comment or a script's text ends; -1 where the page ends first."""
    if tag[1]:
        end = text.find("-->", tag.end() - 2)
        return end + 3 if end >= 0 else -1
    rest = _REST.match(text, tag.end())
    if rest is None:
        return -1
    if len(rest[0]) > 2 * MOST_ATTRIBUTES and len(_QUOTED.sub("", rest[0]).split()) > MOST_ATTRIBUTES:
        raise ReadError("too_large", f"a tag has more than {MOST_ATTRIBUTES} attributes")
    if tag[2] or tag[3].lower() not in _RAW:
        return rest.end()
    close = re.compile(rf"</{tag[3]}", re.I).search(text, rest.end())
    return close.start() if close else -1


def _count(seen: Outline, name: str, closing: bool) -> None:
    if name == "table":
        seen.open_table = not closing
    elif name == "html":
        seen.closed_html |= closing
        seen.opened_html |= not closing
