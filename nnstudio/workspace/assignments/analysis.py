"""Which model is the best, and what speaks for it: sentences that follow from the figures alone."""

from __future__ import annotations

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.evaluation.figures.paired import Paired
from nnstudio.workspace.assignments.results import ACCURACY, Results, Row

_LEVEL = 0.05
_GAP = 0.1
"""How much better a model must be on what it has learned for that to be said."""


def analysis_of(found: Results) -> tuple[str, ...]:
    """What can be said; nothing where no step is done."""
    said = [
        *_best_by_folds(found),
        *_best_by_test(found),
        *_heads(found),
        *_fit(found),
        *_searched(found),
        *_limits(found),
    ]
    return tuple(said)


def _accuracy(row: Row) -> float:
    value = row.figures[ACCURACY].value if ACCURACY in row.figures else None
    return -1.0 if value is None else value


def _ranked(rows: tuple[Row, ...]) -> list[Row]:
    there = [row for row in rows if _accuracy(row) >= 0]
    return sorted(there, key=lambda row: (-_accuracy(row), row.trainable))


def _best_by_folds(found: Results) -> list[str]:
    rows = _ranked(found.of("comparison"))
    if len(rows) < 2:
        return []
    best, second = rows[:2]
    if _accuracy(best) == _accuracy(second):
        said = [
            f"By the folds {best.model} and {second.model} share the highest accuracy, "
            f"{_spread(best)} and {_spread(second)}."
        ]
    else:
        said = [
            f"By the folds {best.model} has the highest accuracy, {_spread(best)}; "
            f"{second.model} follows with {_spread(second)}."
        ]
    for other in rows[1:]:
        pair = _pair(found.pairs, best.model, other.model)
        if pair is None or pair.p.value is None or pair.mean.value is None:
            continue
        likely = "may be chance" if pair.p.value > _LEVEL else "is unlikely to be chance"
        said.append(
            f"The difference of {best.model} to {other.model}, {_points(abs(pair.mean.value))}, "
            f"{likely} (p = {pair.p.value:.2g}, corrected resampled t-test over "
            f"{len(pair.differences)} folds)."
        )
    return said


def _spread(row: Row) -> str:
    deviation = row.deviation.get(ACCURACY)
    more = "" if deviation is None else f" ± {100 * deviation:.1f}"
    return f"{100 * _accuracy(row):.1f}{more} %"


def _points(difference: float) -> str:
    return f"{100 * difference:.1f} percentage points"


def _pair(pairs: tuple[Paired, ...], one: str, other: str) -> Paired | None:
    return next((pair for pair in pairs if {pair.first, pair.second} == {one, other}), None)


def _best_by_test(found: Results) -> list[str]:
    rows = _ranked(found.of("trainings"))
    if not rows:
        return []
    best = rows[0]
    figure = best.figures[ACCURACY]
    within = ""
    if figure.low is not None and figure.high is not None:
        within = f" (95 % interval {100 * figure.low:.1f} to {100 * figure.high:.1f})"
        inside = [row.model for row in rows[1:] if _accuracy(row) >= figure.low]
        if inside:
            within += f"; that interval holds {', '.join(inside)} as well"
    return [
        f"On the {best.part} part of {best.samples:,} samples {best.model} is right on "
        f"{100 * _accuracy(best):.1f} %{within}."
    ]


def _heads(found: Results) -> list[str]:
    """Whether variants of one preset differ among each other, as numbers of heads do."""
    rows = _ranked(found.of("comparison"))
    families: dict[str, list[Row]] = {}
    for row in rows:
        families.setdefault(row.model.partition("/")[0], []).append(row)
    said = []
    for name, members in families.items():
        if len(members) < 2:
            continue
        ps = []
        for k, one in enumerate(members):
            for other in members[k + 1 :]:
                pair = _pair(found.pairs, one.model, other.model)
                if pair is not None and pair.p.value is not None:
                    ps.append(pair.p.value)
        width = _accuracy(members[0]) - _accuracy(members[-1])
        order = ", ".join(f"{row.model.partition('/')[2]} {_spread(row)}" for row in members)
        likely = ""
        if ps:
            likely = (
                "; no two of them differ by more than chance can explain"
                if min(ps) > _LEVEL
                else f"; the smallest p of two of them is {min(ps):.2g}, not corrected for several"
            )
        said.append(f"The variants of {name} lie {_points(width)} apart ({order}){likely}.")
    return said


def _fit(found: Results) -> list[str]:
    said = []
    rows = _ranked(found.of("trainings"))
    for row in rows:
        if row.train_accuracy is None:
            continue
        high = row.figures[ACCURACY].high
        gap = row.train_accuracy - _accuracy(row)
        if gap > _GAP and (high is None or row.train_accuracy > high):
            said.append(
                f"{row.model} is right on {100 * row.train_accuracy:.1f} % of what it was trained "
                f"with and on {100 * _accuracy(row):.1f} % of the {row.part} part: it has "
                "learned some by heart, and more samples would help it sooner than more weights."
            )
    sizes = {row.model: row.trainable for row in found.rows if row.kind != "search"}
    if len(set(sizes.values())) > 1:
        large, small = max(sizes, key=lambda m: sizes[m]), min(sizes, key=lambda m: sizes[m])
        said.append(
            f"{large} has {sizes[large]:,} trainable parameters, "
            f"{sizes[large] / max(1, sizes[small]):.1f} times as many as {small} with "
            f"{sizes[small]:,}."
        )
    return said


def _searched(found: Results) -> list[str]:
    said = []
    for row in found.of("search"):
        values = ", ".join(f"{name} {_text(value)}" for name, value in row.best.items())
        trials = f"{row.trials:,} completed trial{'' if row.trials == 1 else 's'}"
        said.append(
            f"The best of {trials} of {row.model} has {values}; on the {row.part} part it is right "
            f"on {100 * _accuracy(row):.1f} %."
        )
    return said


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _limits(found: Results) -> list[str]:
    said = []
    data = BUILT_IN.get(found.begun.plan.data)
    if data is not None and data.synthetic:
        said.append(
            f"The data set {found.begun.plan.data} is computed, not recorded: these figures say "
            "nothing about real recordings."
        )
    if len(found.of("comparison")) > 2 and found.pairs:
        said.append("No p is corrected for comparing several pairs.")
    return said
