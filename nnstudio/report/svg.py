"""Figures by matplotlib as SVG elements that stand in a page: no pyplot, no state, no script.

The same figure gives the same bytes. Texts are texts, so that they can be searched and read aloud;
nothing in a name is taken as mathematics.
"""

from __future__ import annotations

import hashlib
import io
import json
import threading
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from nnstudio.assets import asset

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, HALF = 670, 320
"""Pixels of a picture that has a line for itself, and of one of two."""
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_LOCK = threading.Lock()
_INK, _MUTED, _LINE = "#1c2026", "#5b6472", "#d5dae1"
_STYLE: Any = {
    "svg.hashsalt": "nnstudio",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": ["sans-serif"],
    "font.size": 8.0,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.0,
    "axes.labelcolor": _MUTED,
    "axes.edgecolor": _LINE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#eceef2",
    "grid.linewidth": 0.8,
    "xtick.color": _LINE,
    "ytick.color": _LINE,
    "xtick.labelcolor": _MUTED,
    "ytick.labelcolor": _MUTED,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "text.color": _INK,
    "legend.frameon": True,
    "legend.framealpha": 0.8,
    "legend.facecolor": "#ffffff",
    "legend.edgecolor": "none",
    "legend.fancybox": False,
    "legend.fontsize": 7.5,
    "lines.linewidth": 1.5,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.unicode_minus": True,
}


@cache
def series() -> tuple[str, ...]:
    """Colours of series, safe for colour-blind eyes."""
    told = json.loads(asset("themes", "light.json").read_text("utf-8"))
    return tuple(told["series"])


def colour(number: int) -> str:
    """The colour of a series."""
    return series()[number % len(series())]


def drawn(
    paint: Callable[[Figure], None], title: str, width: float = WIDE, height: float = 220
) -> str:
    """What `paint` draws, as an element `svg` of so many pixels. title: what is seen, in words."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    stream = io.StringIO()
    with _LOCK, warnings.catch_warnings(), matplotlib.rc_context(_STYLE):
        warnings.simplefilter("ignore", UserWarning)  # a letter that its own font does not have
        made = Figure(figsize=(width / 96, height / 96), layout="constrained")
        canvas = FigureCanvasSVG(made)
        paint(made)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        # `savefig` would draw everything twice, to the same bytes: once to see what room it takes
        canvas.print_svg(stream, metadata=nothing)  # type: ignore[no-untyped-call]
    return _inline(stream.getvalue(), title, width, height)


def one_panel(figure: Figure) -> Axes:
    """The only panel of a figure."""
    return figure.subplots()


def panels(figure: Figure, count: int) -> list[Axes]:
    """Panels side by side."""
    found = figure.subplots(1, count, squeeze=False)
    return list(found[0])


def _inline(text: str, title: str, width: float, height: float) -> str:
    """The element for a page: without namespaces, its names apart from those of all others."""
    root = ElementTree.fromstring(text)
    prefix = "f" + hashlib.sha256(text.encode()).hexdigest()[:8]
    used: set[str] = set()
    for element in root.iter():
        for value in element.attrib.values():
            if value.startswith("#"):
                used.add(value[1:])
            elif "url(#" in value:
                used.add(value.partition("url(#")[2].partition(")")[0])
    for parent in root.iter():
        for child in [c for c in parent if c.tag in (f"{_SVG}metadata", f"{_SVG}style")]:
            parent.remove(child)
        parent.tag = parent.tag.removeprefix(_SVG)
        found = {}
        for name, value in parent.attrib.items():
            if name == "id":
                if value in used:
                    found["id"] = f"{prefix}-{value}"
                continue
            if value.startswith("#") and value[1:] in used:
                value = f"#{prefix}-{value[1:]}"
            value = value.replace("url(#", f"url(#{prefix}-")
            found[name.replace(_LINK, "")] = value
        parent.attrib.clear()
        parent.attrib.update(found)
    box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update(
        {
            "class": "figure",
            "role": "img",
            "viewBox": box,
            "width": f"{width:g}",
            "height": f"{height:g}",
            "stroke-linejoin": "round",
            "stroke-linecap": "butt",
        }
    )
    told = ElementTree.Element("title")
    told.text = title
    root.insert(0, told)
    return ElementTree.tostring(root, encoding="unicode")
