"""All figures of a part: each output by what is asked of it."""

from __future__ import annotations

from typing import TypeAlias

from nnstudio.evaluation.figures.class_figures import ClassFigures, class_figures
from nnstudio.evaluation.figures.label_figures import LabelFigures, label_figures
from nnstudio.evaluation.figures.number_figures import NumberFigures, number_figures
from nnstudio.evaluation.figures.reconstruction_figures import (
    ReconstructionFigures,
    reconstruction_figures,
)
from nnstudio.evaluation.predictions import OutputPredictions, Predictions

OutputFigures: TypeAlias = ClassFigures | LabelFigures | NumberFigures | ReconstructionFigures


def figures_of(predictions: Predictions) -> dict[str, OutputFigures]:
    """The figures of each output by its name. Raises `EvaluationError` where nothing counts."""
    return {name: output_figures(one) for name, one in predictions.outputs.items()}


def output_figures(predictions: OutputPredictions) -> OutputFigures:
    """The figures of one output."""
    match predictions.question.kind:
        case "classes":
            return class_figures(predictions)
        case "labels":
            return label_figures(predictions)
        case "numbers":
            return number_figures(predictions)
        case "reconstruction":
            return reconstruction_figures(predictions)
