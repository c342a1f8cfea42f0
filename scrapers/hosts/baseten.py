"""Baseten's page of prices: the grid of Model APIs, whose rows are divs and whose cells are there twice.

Not read on purpose: dedicated deployments and training, which are charged by the minute of a GPU.
"""

from collections.abc import Iterator
from dataclasses import replace
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.html_page import whole_page
from scrapers.lines import lines_of
from scrapers.meters import meter_of
from scrapers.page import Page, Reading
from scrapers.readers import table
from scrapers.source import Source
from scrapers.tables import is_html

_table = table()
_WIDEST = 9


def read(page: Page) -> Reading:
    """The grids as tables."""
    end = page.text.rfind("</body>")
    if not is_html(page) or end < 0:
        return _table(page)
    whole_page(page.text)  # raises before a page that was cut, or would take long, is parsed
    found = "".join(as_table(head) for head in heads(LexborHTMLParser(page.text)))
    return _table(replace(page, text=page.text[:end] + found + page.text[end:]))


def heads(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """Every element whose children read "Model", "Input", …, "Output"."""
    for node in tree.css("div"):
        cells = _cells(node)
        is_list = 2 < len(cells) < _WIDEST and cells[0].text(strip=True).lower().startswith("model")
        if is_list and {"input_mtok", "output_mtok"} <= {meter_of(_text(cell)) for cell in cells}:
            yield node


def as_table(head: LexborNode) -> str:
    """The head and the rows beside it that have as many cells."""
    rows, node = [head], head.next
    while node is not None:
        if node.tag == "div" and len(_cells(node)) == len(_cells(head)):
            rows.append(node)
        node = node.next
    return f"<table>{''.join(map(_row, rows))}</table>"


def _row(node: LexborNode) -> str:
    return f"<tr>{''.join(f'<td>{escape(_text(cell))}</td>' for cell in _cells(node))}</tr>"


def _cells(node: LexborNode) -> list[LexborNode]:
    return [child for child in node.iter() if child.tag == "div"]


def _text(cell: LexborNode) -> str:
    """A cell's lines, each once: it is there for wide and for narrow screens. A name is its link's."""
    if name := cell.css_first('a[href*="/library/"]'):
        return name.text(strip=True)
    for link in cell.css("a"):
        link.decompose()
    return " ".join(dict.fromkeys(line.text for line in lines_of(cell)))


SOURCE = Source(
    url="https://www.baseten.co/pricing/",
    reader=read,
    anchors=(
        "DeepSeek V4 Pro 0813",
        "DeepSeek V4 Pro",
        "DeepSeek V3.1",
        "GLM-5.2",
        "GLM-5.3-Flash",
        "Kimi K2.6",
    ),
    least=6,
)
