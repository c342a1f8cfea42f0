"""Charts in pages: a picture for everybody, and the same one to zoom and to point at where scripts run."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from tracker.adapters import charts
from tracker.domain.chart_frame import COLOURS, Spec, Theme
from tracker.web import scripts

WIDTHS = (390, 720, 1120)  # pixels: a phone's, a tablet's, a desk's
KEPT_CHARTS, KEPT_PICTURES = 120, 60  # of about 50 KB each
Draw = Callable[[Theme, int], Spec]
_NAME = re.compile(r"([0-9a-f]{20})-(light|dark)-(\d{3,4})\.svg")
_COLOUR = re.compile(rb'(?<==")#[0-9a-f]{6}(?=")')
_OUTSIDE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


class Wanted(NamedTuple):
    """Which picture: the chart by the hash of what it shows."""

    chart: str
    theme: Theme
    width: int


@dataclass(slots=True)
class Pictures:
    """The charts of the pages that were shown last, drawn when a browser asks for one. Safe among threads."""

    _draw: OrderedDict[str, Draw] = field(default_factory=OrderedDict)
    _drawn: OrderedDict[Wanted, bytes] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, spec: str, draw: Draw) -> str:
        """Remember how a chart is drawn; its name changes with what it shows."""
        name = hashlib.sha256(spec.encode()).hexdigest()[:20]
        with self._lock:
            self._draw[name] = draw
            self._draw.move_to_end(name)
            while len(self._draw) > KEPT_CHARTS:
                self._draw.popitem(last=False)
        return name

    def get(self, wanted: Wanted) -> bytes | None:
        """A picture as SVG; None where its page was not shown lately. Takes up to 100 ms."""
        with self._lock:
            kept, draw = self._drawn.get(wanted), self._draw.get(wanted.chart)
        if kept is not None or draw is None:
            return kept
        drawn = charts.svg(_untitled(draw(wanted.theme, wanted.width))).encode()
        with self._lock:
            self._drawn[wanted] = drawn
            while len(self._drawn) > KEPT_PICTURES:
                self._drawn.popitem(last=False)
        return drawn


PICTURES = Pictures()


def wanted(name: str) -> Wanted | None:
    """What the name of a picture asks for; None where there can be no such picture."""
    found = _NAME.fullmatch(name)
    if found is None or int(found[3]) not in WIDTHS:
        return None
    return Wanted(found[1], Theme(found[2]), int(found[3]))


def figure(draw: Draw, id: str) -> Markup:
    """The chart that `draw` makes for a theme and a width, with its title above it.

    Its specification lies beside it as JSON that no browser runs; chart.js makes the chart of it in place
    of the picture.
    """
    spec = draw(Theme.light, WIDTHS[1])
    title, subtitle = (" ".join(spec["title"][name]) for name in ("text", "subtitle"))
    body = _inert(json.dumps({"spec": _untitled(spec), "dark": _dark()}, separators=(",", ":")))
    name = PICTURES.keep(body, draw)
    sources = Markup("").join(
        Markup('<source media="{}" srcset="/charts/{}-{}-{}.svg">\n').format(
            f"(prefers-color-scheme: {theme.value}){screen}", name, theme.value, width
        )
        for theme in (Theme.dark, Theme.light)
        for width, screen in zip(
            reversed(WIDTHS), (" and (min-width: 70rem)", " and (min-width: 40rem)", ""), strict=True
        )
    )
    return Markup(
        '<figure class="chart" id="{}">\n'
        '<figcaption><b>{}</b> <span class="sub">{}</span></figcaption>\n'
        '<picture>\n{}<img src="/charts/{}-light-{}.svg" alt="Chart: {}. {}" loading="lazy">\n</picture>\n'
        '<script type="application/json">{}</script>\n</figure>'
    ).format(id, title, subtitle, sources, name, WIDTHS[1], title, subtitle, Markup(body))  # noqa: S704 (inert)


def script(address: str) -> Markup:
    """What a page with charts has in its head."""
    return Markup('<script src="{}" data-vega="{}" defer></script>').format(address, scripts.ADDRESS)


def _untitled(spec: Spec) -> Spec:
    """The page says the title itself, in letters that everybody can select and enlarge."""
    return {name: value for name, value in spec.items() if name != "title"}


def darkened(picture: bytes) -> bytes:
    """The picture for the dark theme of the one for the light theme: the same, without drawing it again."""
    dark = _dark()
    return _COLOUR.sub(lambda found: dark.get(found[0].decode(), found[0].decode()).encode(), picture)


def _dark() -> dict[str, str]:
    """The colours of the light theme, and what stands for each in the dark one."""
    light, dark = asdict(COLOURS[Theme.light]), asdict(COLOURS[Theme.dark])
    pairs = dict(zip(light.pop("curves"), dark.pop("curves"), strict=True))
    return pairs | {light[name]: dark[name] for name in light}


def _inert(text: str) -> str:
    """JSON in which no browser finds the end of a script, nor the begin of a comment."""
    return "".join(_OUTSIDE.get(letter, letter) for letter in text)
