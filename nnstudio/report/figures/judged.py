"""Pictures of what a model was judged by: ROC and precision-recall, calibration, residuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nnstudio.evaluation.figures.calibration import Calibration
from nnstudio.evaluation.figures.confusion import ConfusionMatrix
from nnstudio.evaluation.figures.curves import Curve, Curves
from nnstudio.evaluation.figures.number_figures import Residuals
from nnstudio.evaluation.figures.spread import Band
from nnstudio.report.document import Picture
from nnstudio.report.numbers import NOTHING, name_of
from nnstudio.report.svg import HALF, WIDE, colour, drawn, one_panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_CURVES = 10
"""Classes up to which each curve has its colour and its name."""
FEW = 10
"""Answers below which a bar says little."""
_GREY, _DARK = "#939caa", "#1c2026"


def roc_of(curves: Curves) -> Picture:
    """Each class against the rest, and all together."""
    few = len(curves.roc) <= MOST_CURVES

    def paint(figure: Figure) -> None:
        axes = one_panel(figure)
        axes.plot([0, 1], [0, 1], color=_GREY, linewidth=0.8, linestyle=":")
        for number, one in enumerate(curves.roc):
            _curve(axes, one, number, few, "AUC")
        if len(curves.roc) > 2:
            _whole(axes, curves.roc_macro, "macro", "AUC")
        _square(axes, "False positive rate", "True positive rate")
        axes.legend(loc="lower right", ncols=1)

    caption = "ROC curves of each class against the rest" + _averaged(curves)
    return Picture(drawn(paint, caption, HALF, 320), caption, wide=False)


def precision_recall_of(curves: Curves) -> Picture:
    """Each class against the rest, and all decisions as one."""
    few = len(curves.precision_recall) <= MOST_CURVES

    def paint(figure: Figure) -> None:
        axes = one_panel(figure)
        for number, one in enumerate(curves.precision_recall):
            _curve(axes, one, number, few, "AP")
        if len(curves.precision_recall) > 2:
            _whole(axes, curves.precision_recall_micro, "micro", "AP")
        _square(axes, "Recall", "Precision")
        axes.legend(loc="lower left", ncols=1)

    caption = "Precision-recall curves; AP is the average precision"
    return Picture(drawn(paint, caption, HALF, 320), caption, wide=False)


def _averaged(curves: Curves) -> str:
    if len(curves.roc) <= 2:
        return ""
    return "; the dark line is the mean of the classes"


def _curve(axes: Axes, one: Curve, number: int, few: bool, what: str) -> None:
    if not one.x:
        return
    if few:
        name = f"{_short(one.name)}  {what} {_area(one)}"
        axes.plot(one.x, one.y, color=colour(number), linewidth=1.1, label=name)
    else:
        name = f"{what} of single classes" if number == 0 else ""
        axes.plot(one.x, one.y, color=_GREY, linewidth=0.5, alpha=0.6, label=name or "_")


def _whole(axes: Axes, one: Curve, name: str, what: str) -> None:
    if one.x:
        label = f"{name}  {what} {_area(one)}"
        axes.plot(one.x, one.y, color=_DARK, linewidth=1.8, label=label)


def _area(one: Curve) -> str:
    return NOTHING if one.area.value is None else f"{one.area.value:.3f}"


def _short(name: str, most: int = 22) -> str:
    name = name_of(name)
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _square(axes: Axes, across: str, up: str) -> None:
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.02)
    axes.set_xlabel(across)
    axes.set_ylabel(up)


def bands_of(models: Mapping[str, Sequence[Band]], *, deviation: bool = True) -> Picture | None:
    """ROC curves averaged over folds: of one model each class, of several the mean of the classes.

    The ground is one deviation to both sides, of one class or model alone at a time.
    """
    import numpy as np

    there = {name: [band for band in bands if band.x] for name, bands in models.items()}
    there = {name: bands for name, bands in there.items() if bands}
    if not there:
        return None
    alone = len(there) == 1

    def paint(figure: Figure) -> None:
        axes = one_panel(figure)
        axes.plot([0, 1], [0, 1], color=_GREY, linewidth=0.8, linestyle=":")
        if alone:
            bands = next(iter(there.values()))
            for number, band in enumerate(bands):
                area = NOTHING if band.area.mean is None else f"{band.area.mean:.3f}"
                spread = "" if band.area.deviation is None else f" ± {band.area.deviation:.3f}"
                name = f"{_short(band.name)}  AUC {area}{spread}"
                few = len(bands) <= MOST_CURVES
                ink = colour(number) if few else _GREY
                axes.plot(band.x, band.y, color=ink, linewidth=1.1, label=name if few else "_")
                if deviation and len(bands) <= 4:
                    y, d = np.array(band.y), np.array(band.deviation)
                    low, high = np.clip(y - d, 0, 1), np.clip(y + d, 0, 1)
                    axes.fill_between(band.x, low, high, color=ink, alpha=0.12, linewidth=0)
        else:
            for number, (model, bands) in enumerate(there.items()):
                y = np.mean([band.y for band in bands], axis=0)
                areas = [band.area.mean for band in bands if band.area.mean is not None]
                name = f"{_short(model, 30)}  AUC {np.mean(areas):.3f}"
                axes.plot(bands[0].x, y, color=colour(number), linewidth=1.4, label=name)
        _square(axes, "False positive rate", "True positive rate")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(loc="lower right")

    what = "each class against the rest" if alone else "the mean of the classes of each model"
    caption = f"ROC curves of {what}, averaged over the runs"
    return Picture(drawn(paint, caption, WIDE * 0.62, 330), caption)


def calibration_of(found: Calibration) -> Picture:
    """How often answers are right, by the probability that the model gave them."""
    bins = [one for one in found.bins if one.accuracy is not None and one.count]

    def paint(figure: Figure) -> None:
        from matplotlib.colors import to_rgba

        axes = one_panel(figure)
        axes.plot([0, 1], [0, 1], color=_GREY, linewidth=0.8, linestyle=":")
        axes.bar(
            [(one.low + one.high) / 2 for one in bins],
            [one.accuracy or 0.0 for one in bins],
            width=[0.92 * (one.high - one.low) for one in bins],
            color=[to_rgba(colour(0), 0.8 if one.count >= FEW else 0.25) for one in bins],
        )
        _square(axes, "Probability of the answer", "Share of answers that are right")

    caption = "Calibration: a model that knows how sure it may be has bars that end at the line"
    pale = f"; pale ones hold fewer than {FEW} answers"
    caption += pale if any(one.count < FEW for one in bins) else ""
    return Picture(drawn(paint, caption, HALF, 260), caption, wide=False)


def residuals_of(found: Mapping[str, Residuals], most: int = 4) -> Picture | None:
    """How the errors of each number lie: given minus right."""
    shown = dict(list(found.items())[:most])
    if not shown:
        return None

    def paint(figure: Figure) -> None:
        grid = figure.subplots(1, len(shown), squeeze=False)[0]
        for number, (axes, (name, one)) in enumerate(zip(grid, shown.items(), strict=True)):
            if len(one.edges) > 2:
                axes.stairs(one.counts, one.edges, fill=True, color=colour(number), alpha=0.75)
            else:
                axes.bar([one.lowest], one.counts, color=colour(number))
            axes.axvline(0, color=_DARK, linewidth=0.8, linestyle=":")
            axes.set_title(_short(name))
            axes.set_xlabel("Error")
        grid[0].set_ylabel("Samples")

    more = f"; the first {most} of {len(found):,} numbers" if len(found) > most else ""
    caption = f"How the errors lie: what was given minus what is right{more}"
    width = WIDE if len(shown) > 1 else HALF
    return Picture(drawn(paint, caption, width, 220), caption, wide=len(shown) > 1)


def heat_of(matrix: ConfusionMatrix) -> Picture:
    """A confusion matrix of many classes, each row as shares."""
    import numpy as np

    shares = np.nan_to_num(matrix.by_row())
    count = len(matrix.classes)

    def paint(figure: Figure) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        axes = one_panel(figure)
        ramp = LinearSegmentedColormap.from_list("blue", ["#ffffff", "#1668c4", "#0b2f5c"])
        shown = axes.imshow(shares, cmap=ramp, vmin=0, vmax=1, interpolation="nearest")
        axes.grid(visible=False)
        if count <= 60:
            places = np.arange(count)
            names = [_short(name, 16) for name in matrix.classes]
            size = max(4.0, min(7.5, 330 / count))
            axes.set_xticks(places, names, rotation=90, fontsize=size)
            axes.set_yticks(places, names, fontsize=size)
        axes.set_xlabel("Given")
        axes.set_ylabel("Right")
        figure.colorbar(shown, ax=axes, shrink=0.6)

    caption = f"Confusion matrix of {count} classes: each row as shares of its answers"
    return Picture(drawn(paint, caption, WIDE, 620), caption)
