"""The text of `predict.py`: the pieces that a run needs, and what is written for this run alone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from nnstudio.compiler.formatting import format_text
from nnstudio.data.builtin.loading import ANSWER
from nnstudio.data.info import image_of
from nnstudio.data.reading.table.numerals import Numerals
from nnstudio.export.pieces import program
from nnstudio.export.recipe import GivenInput, Recipe, SaidOutput
from nnstudio.project.data.source import Table

_SAMPLES = "samples: dict[str, np.ndarray]"
_TENSORS = "dict[str, torch.Tensor]"
_WIDTH = 80
_FILES = {
    "pictures": "a picture, such as PNG or JPEG",
    "recordings": "a recording, such as WAV, FLAC or MP3",
    "table": "a table with the columns of the training, with or without that of the answer",
    "arrays": "arrays of NumPy with one row for each sample: .npy or .npz",
    "text": "the beginning of a text",
}
_SAID = {
    "classes": "the class",
    "two_classes": "the class",
    "scores": "the class",
    "labels": "the labels",
    "numbers": "the numbers",
    "positions": "the class of each position",
    "next": "what follows",
    "mask": "the class of each pixel",
    "rebuilt": "the error of rebuilding",
}
_WORDS = {
    "classes": "as_classes",
    "two_classes": "as_classes",
    "scores": "as_classes",
    "labels": "as_labels",
    "numbers": "as_numbers",
    "positions": "as_positions",
    "next": "as_classes",
    "mask": "as_mask",
    "rebuilt": "as_numbers",
}


def predict_text(recipe: Recipe) -> str:
    """The text of `predict.py`, formatted. Raises `FormattingError`."""
    if recipe.reads == "text":
        glue, start = _text_glue(recipe), "continue_texts"
    else:
        glue, start = "\n\n".join(_glue(recipe)), "main"
    return format_text(program(_docstring(recipe), glue, start)).text


def what_it_says(recipe: Recipe) -> str:
    """The purpose of the program in a sentence."""
    *some, last = [one.name for one in recipe.outputs]
    said = f"{', '.join(some)} and {last}" if some else _one(recipe.outputs[0])
    of = {
        "pictures": "of pictures",
        "recordings": "of recordings",
        "table": "of the records of a table",
        "arrays": "of the samples in arrays",
        "text": "in texts",
    }
    return f"Tells {said} {of[recipe.reads]}, by the trained model in this folder."


def what_files(recipe: Recipe) -> str:
    """What FILE stands for."""
    return _FILES[recipe.reads]


def _one(output: SaidOutput) -> str:
    if output.says == "numbers":
        names = [str(name) for name in output.about["numbers"][:3]]
        return ", ".join(names) if len(output.about["numbers"]) < 4 else _SAID["numbers"]
    named = output.says in ("classes", "two_classes", "scores", "labels")
    plain = output.name in (ANSWER, "class", "label", "labels", "target")
    return f"{_SAID[output.says]} '{output.name}'" if named and not plain else _SAID[output.says]


def _docstring(recipe: Recipe) -> str:
    more = " [--tokens N] [--draw SEED]" if recipe.reads == "text" else ""
    file = (
        f"FILE: {_FILES[recipe.reads]}. It is prepared as the training prepared its samples, with "
        "the figures in preparation.json. README.md names the packages that are needed."
    )
    lines = [
        *textwrap.wrap(what_it_says(recipe), _WIDTH),
        "",
        f"    python predict.py FILE... [--json] [--top K]{more}",
        "",
        *textwrap.wrap(file, _WIDTH),
    ]
    return "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''") + "\n"


def _head(recipe: Recipe) -> Iterator[str]:
    yield f"from model import {recipe.root}"
    yield "from safetensors.torch import load_file"
    yield f"WHAT = {what_it_says(recipe)!r}"
    yield f"FILE_HELP = {_FILES[recipe.reads]!r}"


def _glue(recipe: Recipe) -> Iterator[str]:
    yield from _head(recipe)
    yield 'OUTPUTS: dict[str, Any] = PREPARATION["outputs"]'
    yield _read(recipe)
    if isinstance(recipe.spec.source, Table):
        yield from _numerals(recipe.spec.source)
    yield _prepare(recipe)
    yield _load_model(recipe)
    yield _call(recipe)
    yield _answer(recipe)
    steps = {step["step"] for field in recipe.values["fields"].values() for step in field["steps"]}
    yield "STEPS = {" + ", ".join(f'"{name}": {name}' for name in sorted(steps)) + "}"
    words = (f"{one.name!r}: {_words(recipe, one)}" for one in recipe.outputs)
    if recipe.reads == "table":
        yield _cells(recipe)
    yield "WORDS = {" + ", ".join(words) + "}"


def _cells(recipe: Recipe) -> str:
    """How the cells of each kind of column are read."""
    fields = recipe.values["fields"].values()
    number = "number_with_unit" if any("unit" in field for field in fields) else "number_in"
    readers = {"number": number, "category": "class_in"}
    kinds = dict.fromkeys(field["kind"] for field in fields if field["kind"] in readers)
    return "CELLS = {" + ", ".join(f'"{kind}": {readers[kind]}' for kind in kinds) + "}"


def _words(recipe: Recipe, one: SaidOutput) -> str:
    """The function that puts an answer into words; its name stands before it if there are more."""
    if one.says == "numbers" and len(recipe.outputs) > 1 and len(one.about["numbers"]) == 1:
        return "as_number"
    return _WORDS[one.says]


# -- reading -------------------------------------------------------------------------------------


def _read(recipe: Recipe) -> str:
    fields = recipe.values["fields"]
    lines = [
        "def read(path: Path) -> tuple[list[str], dict[str, np.ndarray]]:",
        '    """The samples in a file: what each is called, and its fields as (n, ...)."""',
    ]
    if recipe.reads in ("pictures", "recordings"):
        ((name, _),) = fields.items()
        value = _file_value(name, "image" if recipe.reads == "pictures" else "audio", "path")
        return "\n".join([*lines, f"    return [''], {{{name!r}: {value}[None]}}"])
    if recipe.reads == "arrays":
        lines.append("    names, samples = read_arrays(path)")
    else:
        form = getattr(recipe.spec.source, "format", "text")
        reader = {"excel": "cells_of_workbook", "parquet": "cells_of_parquet"}.get(
            form, "cells_of_text"
        )
        lines += [
            f"    records = records_of(path, {reader}(path))",
            "    names = list(records.index)",
        ]
        media = {n: f["kind"] for n, f in fields.items() if f["kind"] in ("image", "audio")}
        if media:
            lines.append("    samples = {}")
        if len(media) < len(fields) and media:
            plain = [name for name in fields if name not in media]
            lines += [
                f"    for name in {plain!r}:",
                "        samples[name] = values_of(path, records, name)",
            ]
        elif not media:
            lines.append(
                "    samples = {name: values_of(path, records, name) for name in FIELDS}",
            )
        for name, kind in media.items():
            value = _file_value(name, kind, "one")
            lines += [
                f"    files = files_beside(path, records, {name!r})",
                f"    samples[{name!r}] = np.stack([{value} for one in files])",
            ]
    lines += ["    refuse_gaps(str(path), names, samples)", "    return names, samples"]
    return "\n".join(lines)


def _numerals(table: Table) -> Iterator[str]:
    """How numbers are written in the table; in workbooks and Parquet they are plain."""
    is_text = table.format == "text"
    numerals = Numerals(table.decimal, table.thousands) if is_text else Numerals()
    plain = "cell"
    if numerals.thousands:
        plain = f're.sub("[{numerals.between}]", "", cell)'
    if numerals.decimal != ".":
        plain += f'.replace({numerals.decimal!r}, ".")'
    pattern = numerals.pattern.pattern
    raw = f'r"{pattern}"' if '"' not in pattern else repr(pattern)
    yield f'NUMBER = {raw}\n"""How numbers are written in the table."""'
    said = "The number that a cell of digits and marks is."
    yield _function("written_number(cell: str) -> float", said, f"float({plain})")


def _file_value(name: str, kind: str, path: str) -> str:
    if kind == "image":
        return f'read_picture({path}, FIELDS[{name!r}]["size"])'
    return f'read_recording({path}, FIELDS[{name!r}]["length"])'


# -- the model -----------------------------------------------------------------------------------


def _prepare(recipe: Recipe) -> str:
    lines = [
        f"def prepare({_SAMPLES}) -> {_TENSORS}:",
        '    """The samples as the model takes them, by Input."""',
    ]
    given = ", ".join(f"{one.name!r}: {_prepared(recipe, one)}" for one in recipe.inputs)
    return "\n".join([*lines, f"    return {{{given}}}"])


def _prepared(recipe: Recipe, one: GivenInput) -> str:
    if len(one.fields) > 1:
        values = f"side_by_side(samples, {_names(recipe, one)})"
    else:
        name = one.fields[0]
        values = f"prepared(samples[{name!r}], FIELDS[{name!r}])"
    if one.padded:
        values = f"padded_with_zeros({values}, {one.padded})"
    if one.is_numbers:
        return f"numbers_of_classes({values}, {list(one.form)})"
    made = f"tensor({values}, {list(one.form)})"
    if one.resized is None:
        return made
    if len(one.form) == 2:
        return f"resized_signals({made}, {list(one.resized)})"
    channels, height, width = image_of(one.resized) or (1, 1, 1)
    return f"resized_pictures({made}, {channels}, {height}, {width}, {list(one.resized)})"


def _names(recipe: Recipe, one: GivenInput) -> str:
    """The fields of an input in its order: all that there are, or those that are named."""
    every = list(one.fields) == list(recipe.values["fields"])
    return "list(FIELDS)" if every else repr(list(one.fields))


def _load_model(recipe: Recipe) -> str:
    return "\n".join(
        [
            f"def load_model() -> {recipe.root}:",
            '    """The model with its trained weights."""',
            f"    model = {recipe.root}()",
            '    model.load_state_dict(load_file(HERE / "weights.safetensors"))',
            "    return model.eval()",
        ]
    )


def _call(recipe: Recipe) -> str:
    axis = recipe.batch_axis
    lines = [
        f"def call(model: torch.nn.Module, batch: {_TENSORS}) -> {_TENSORS}:",
        '    """What the model gives for some samples, by output, samples first."""',
    ]
    if axis:
        moved = f"{{name: rows.movedim(0, {axis}) for name, rows in batch.items()}}"
        lines.append(f"    batch = {moved}")
    call = "model(**batch)" if recipe.named else f"model(batch[{recipe.inputs[0].name!r}])"
    back = f".movedim({axis}, 0)" if axis else ""
    if recipe.several:
        lines.append(f"    outputs = {call}")
        found = (f"{one.name!r}: outputs[{one.name!r}]{back}" for one in recipe.outputs)
        lines.append(f"    return {{{', '.join(found)}}}")
    else:
        lines.append(f"    return {{{recipe.outputs[0].name!r}: {call}{back}}}")
    return "\n".join(lines)


def _answer(recipe: Recipe) -> str:
    return "\n".join(
        [
            "def answer(",
            f"    k: int, inputs: {_TENSORS}, outputs: dict[str, np.ndarray],",
            "    path: Path, options: argparse.Namespace,",
            ") -> dict[str, Any]:",
            '    """What the outputs say of sample k, by name."""',
            "    return {",
            *(f"        {one.name!r}: {_said(recipe, one)}," for one in recipe.outputs),
            "    }",
        ]
    )


def _said(recipe: Recipe, one: SaidOutput) -> str:
    values, about = f"outputs[{one.name!r}][k]", f"OUTPUTS[{one.name!r}]"
    classes = f'{about}["classes"]'
    match one.says:
        case "classes":
            return f"likeliest(softmax({values}), {classes}, options)"
        case "next":
            return f"likeliest(softmax({values}[-1]), {classes}, options)"
        case "two_classes":
            return f"likeliest(two_classes({values}), {classes}, options)"
        case "scores":
            return f"best_scores({values}, {classes}, options)"
        case "labels":
            return f"labels_of({values}, {about})"
        case "positions":
            return f"classes_by_position({values}, {about})"
        case "mask":
            return f"mask_file({values}, {about}, path)"
        case "rebuilt":
            return f"difference({values}, inputs[{recipe.inputs[0].name!r}][k].numpy())"
    if one.loss == "poisson":
        values = f"np.exp({values})"
    if one.loss == "gaussian_nll":
        values = f"means({values})"
    if "undo" in one.about:
        values = f"in_units({values}, {about})"
    return f"numbers_of({values}, {about})"


# -- texts ---------------------------------------------------------------------------------------


def _text_glue(recipe: Recipe) -> str:
    by_characters = recipe.values["text"]["unit"] == "characters"
    unit = "characters" if by_characters else "words and signs"
    cut = "list(text)" if by_characters else "words_of(text)"
    joined = "''.join(tokens)" if by_characters else "words_joined(tokens)"
    return "\n\n".join(
        [
            *_head(recipe),
            f"INPUT = {recipe.inputs[0].name!r}",
            f"OUTPUT = {recipe.outputs[0].name!r}",
            _load_model(recipe),
            _call(recipe),
            _function("cut(text: str) -> list[str]", f"The tokens of a text: its {unit}.", cut),
            _function("joined(tokens: list[str]) -> str", "Tokens as a text.", joined),
        ]
    )


def _function(head: str, said: str, value: str) -> str:
    return f'def {head}:\n    """{said}"""\n    return {value}'
