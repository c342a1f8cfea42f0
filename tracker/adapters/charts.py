"""Charts as pictures, made without a network and with the fonts that the renderer brings."""

from __future__ import annotations

import vl_convert

from tracker.domain.chart_frame import Spec

SCALE = 2  # pixels of a PNG for one of the chart: sharp on a phone


def svg(spec: Spec) -> str:
    """A chart as SVG. The first one in a process takes a third of a second, the next 20 ms."""
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def png(spec: Spec) -> bytes:
    """A chart as PNG, in two pixels for one."""
    return vl_convert.vegalite_to_png(spec, scale=SCALE, allowed_base_urls=[])
