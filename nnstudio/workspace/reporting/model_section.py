"""The model in a report: its picture, its layers, its document."""

from __future__ import annotations

from collections.abc import Mapping

from nnstudio.compiler.inference import full_report
from nnstudio.errors import UserError
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.picture.paper import MOST, pictures_of
from nnstudio.project.compare import Difference, differences
from nnstudio.project.values import Project
from nnstudio.report.document import Bullets, Facts, Item, Paragraph, Picture, Section, section
from nnstudio.report.numbers import counted
from nnstudio.report.tables.model import check_items, layer_table, totals_of
from nnstudio.workspace.inspect_model import inspect_model
from nnstudio.workspace.reporting.wishes import missing

MOST_PICTURES = 12
FEW = 6
"""Values in which a model may differ from another one that it is told to be like."""
NO_PROJECTS: Mapping[str, Project] = {}


def model_section(
    project: Project,
    facts: ModelFacts | None = None,
    title: str = "Model",
    before: Mapping[str, Project] = NO_PROJECTS,
) -> Section:
    """What the model is. facts: what was trained and frozen, where that is known.

    before: models that the report has told of, by name: of one that is the same but for a few
    values, those are told alone.
    """
    items: list[Item] = []
    about = project.about
    like = next((name for name, one in before.items() if _is_like(one, project)), None)
    if like is not None:
        told = [_in_words(one) for one in _apart(before[like], project)]
        items.append(Paragraph(f"As {like}, but for:" if told else f"The same as {like}."))
        items += [Bullets(tuple(told))] if told else []
    elif about.note:
        items.append(Paragraph(about.note))
    if about.document and like is None:
        items.append(Paragraph(f"From: {about.document}"))
    trained = () if facts is None else (
        ("Trained parameters", f"{facts.trainable:,}"),
        ("Frozen parameters", f"{facts.frozen:,}"),
    )  # fmt: skip
    try:
        found = inspect_model(project)
    except UserError as error:
        found = None
        items.append(missing("The layers cannot be listed", error))
    totals = () if found is None else totals_of(found.summary).pairs
    if trained or totals:
        items.append(Facts((*trained, *(totals[1:] if trained else totals))))
    values = _values(project)
    if values:
        items.append(Facts(tuple((name, str(value)) for name, value in values.items())))
    if like is not None:
        return section(title, items)
    items += _pictures(project)
    if found is not None:
        items.append(layer_table(found.summary))
        items += check_items(found.check)
    return section(title, items)


def _values(project: Project) -> dict[str, object]:
    """The parameters of the model by name, as they are."""
    given = {one.name: one.default for one in project.model.parameters} | dict(project.values)
    return {name: getattr(value, "text", value) for name, value in given.items()}


def _is_like(one: Project, other: Project) -> bool:
    """True for models that differ in few values alone."""
    apart = _apart(one, other)
    whole = ("node", "block", "wire", "wires")
    return one.root == other.root and len(apart) <= FEW and all(d.what not in whole for d in apart)


def _apart(one: Project, other: Project) -> list[Difference]:
    others = ("Training", "Data", "Variants", "About")
    found = [each for each in differences(one, other) if each.place not in others]
    return [each for each in found if not each.what.startswith(("searched", "place"))]


def _in_words(one: Difference) -> str:
    where = "" if one.place == "Model" else f" of {one.place}"
    return f"{one.what.removeprefix('value of ')}{where} is {one.there}, not {one.here}"


def _pictures(project: Project) -> list[Item]:
    found: list[Item] = []
    drawn = pictures_of(project, full_report(project), MOST_PICTURES)
    for one in drawn:
        name = "The model" if one.block == project.root else f"The block {one.block}"
        found.append(Picture(one.svg, f"{name}: {one.title.partition(': ')[2]}"))
    blocks = {project.root} | {b.name for b in project.blocks if project.uses(b.name)}
    left = len(blocks) - len(drawn)
    if left > 0:
        found.append(
            Paragraph(
                f"{counted(left, 'block')} {'is' if left == 1 else 'are'} not drawn: there are "
                f"{MOST_PICTURES} pictures at most, of up to {MOST} nodes each."
            )
        )
    return found
