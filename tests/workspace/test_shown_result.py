"""The sentence that answers a study, held against the figures that it is made of."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.evaluation.figures.spread import Spread
from nnstudio.workspace.studies_page.answer import p_text, range_text, spread_text
from tests.made_up_results import result


def test_one_model_is_told_with_its_mean_and_deviation() -> None:
    told = result()
    assert told.figures is not None
    accuracy = told.figures.head["accuracy"]
    assert accuracy.mean is not None
    assert accuracy.deviation is not None
    assert told.answer.question.startswith("How good is AudioNet")
    mean = f"{100 * accuracy.mean:.2f} ± {100 * accuracy.deviation:.2f} %"
    assert f"reaches an accuracy of {mean} (mean and deviation of 4 folds" in told.answer.sentence
    begun = result(done=1)
    assert "the only fold that is judged so far" in begun.answer.sentence
    assert "Only 1 of 4 runs are done." in begun.notes()
    assert len(begun.curves) == 2
    assert "2 runs are still to come" in result(done=2).answer.sentence
    alone = result(("small", "large"), done=1).answer
    assert "nothing to compare it with: no run of large is judged" in alone.sentence
    assert result(done=0).answer.sentence == "No run is done yet."


def test_the_better_of_two_is_named_only_where_it_is_shown() -> None:
    told = result(("small", "large"))
    assert told.figures is not None
    pair = next(one for one in told.figures.pairs if one.figure == "accuracy")
    assert pair.mean.value is not None
    assert told.answer.shown
    gain = f"large is better by {100 * pair.mean.value:.2f} points"
    assert gain in told.answer.sentence
    assert "on 4 pairs" in told.answer.sentence
    assert pair.notes
    assert set(pair.notes) <= set(told.notes())
    turned = result(("large", "small"), gain=-0.4, numbers=True)
    assert turned.answer.shown
    assert "large is better by" in turned.answer.sentence
    equal = result(("one", "other"), gain=0.02, numbers=True)
    assert equal.answer.shown is None or not equal.answer.shown
    assert "is better by" not in equal.answer.sentence


def test_the_lower_error_is_the_better() -> None:
    told = result(("small", "large"), numbers=True)
    assert told.answer.shown
    assert told.answer.sentence.startswith("large reaches an MAE of ")
    assert "large is better by 0." in told.answer.sentence
    three = result(("a", "b", "c"), numbers=True)
    assert three.answer.question == "Which of the 3 models is the best?"
    assert "after Holm's correction for 3 comparisons" in three.answer.sentence


def test_a_mean_and_its_deviation_are_written_to_the_same_place() -> None:
    spread = Spread((0.9, 0.96), 2, 0.93, 0.0424, 0.9, 0.96)
    assert spread_text("accuracy", spread) == "93.00 ± 4.24 %"
    assert spread_text("accuracy", replace(spread, deviation=None)) == "93.00 %"
    assert range_text("accuracy", spread, 1) == "90.0 to 96.0 %"
    assert spread_text("MAE", replace(spread, mean=12.3456)) == "12.35 ± 0.04"
    assert spread_text("MAE", replace(spread, mean=None)) == "–"
    assert [p_text(p) for p in (None, 0.0001, 0.0312, 0.512)] == ["–", "< 0.001", "0.031", "0.51"]
