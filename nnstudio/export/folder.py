"""The exported folder of a trained model: what is in it, and where it may be written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from nnstudio.export.predicting import predict_text, what_files, what_it_says
from nnstudio.export.recipe import Recipe
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.atomic import replacing, write_text

MODEL, WEIGHTS, PREDICT = "model.py", "weights.safetensors", "predict.py"
PREPARATION, README = "preparation.json", "README.md"
FILES = (MODEL, WEIGHTS, PREDICT, PREPARATION, README)
_MOST = 20
"""Columns that are named."""
_PACKAGES = {
    "pictures": ("pillow",),
    "recordings": ("soundfile", "soxr"),
    "table": ("pandas",),
    "arrays": (),
    "text": (),
}


class TakenError(Refusal):
    """The folder holds other things; the message is one sentence."""


def refuse_taken(folder: Path, force: bool) -> None:
    """Raise `Refusal` if the folder is a file, `TakenError` if it holds more than an export."""
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"{folder} is a file: expected a folder, which may be a new one.")
    if force or not folder.exists():
        return
    others = sorted(p.name for p in folder.iterdir() if p.name not in (*FILES, "__pycache__"))
    if others:
        more = f" and {len(others) - 1} more" if others[1:] else ""
        raise TakenError(
            f"{folder} holds other things ('{others[0]}'{more}): expected a new or empty folder, "
            "or one with an earlier export."
        )


def write_folder(folder: Path, recipe: Recipe, text: str, weights: Mapping[str, Tensor]) -> None:
    """Write everything but what came of the proof. Raises `FileError` or `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(text, folder / MODEL)
    with replacing(folder / WEIGHTS) as new:
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, new)
    told = json.dumps(recipe.values, indent=1, ensure_ascii=False)
    write_text(told + "\n", folder / PREPARATION)
    write_text(predict_text(recipe), folder / PREDICT)


def write_readme(folder: Path, recipe: Recipe, name: str, proof: str) -> None:
    """Write what the folder is, how it is used, and what came of the proof."""
    write_text(_readme(recipe, name, proof), folder / README)


def _readme(recipe: Recipe, name: str, proof: str) -> str:
    packages = ["torch", "safetensors", "numpy", *_packages(recipe)]
    example = {
        "pictures": "photo.jpg",
        "recordings": "recording.wav",
        "table": {"excel": "table.xlsx", "parquet": "table.parquet"}.get(
            getattr(recipe.spec.source, "format", ""), "table.csv"
        ),
        "arrays": "samples.npy" if len(recipe.values["fields"]) == 1 else "samples.npz",
        "text": "beginning.txt",
    }[recipe.reads]
    lines = [
        f"# {name}",
        "",
        what_it_says(recipe),
        "",
        "```",
        f"pip install {' '.join(packages)}",
        f"python predict.py {example}",
        "```",
        "",
        f"It takes {what_files(recipe)}; several may be given. `--json` prints JSON, `--top K` "
        "tells the K likeliest classes, `--outputs FILE.npz` keeps what the model gave.",
        "",
        *_more(recipe),
        "| file | holds |",
        "|---|---|",
        f"| `{MODEL}` | the class `{recipe.root}` |",
        f"| `{WEIGHTS}` | its weights: `{recipe.root}().load_state_dict(load_file(path))` |",
        f"| `{PREDICT}` | reads files, prepares them as the training did, tells the answers |",
        f"| `{PREPARATION}` | the figures of that preparation, and the names of the answers |",
        "",
        proof,
        "",
    ]
    return "\n".join(lines)


def _packages(recipe: Recipe) -> tuple[str, ...]:
    found = dict.fromkeys(_PACKAGES[recipe.reads])
    kinds = {field["kind"] for field in recipe.values["fields"].values()}
    if recipe.reads == "table":
        found |= dict.fromkeys(("pillow",) if "image" in kinds else ())
        found |= dict.fromkeys(("soundfile", "soxr") if "audio" in kinds else ())
        form = getattr(recipe.spec.source, "format", "text")
        found |= dict.fromkeys({"excel": ("openpyxl",), "parquet": ("pyarrow",)}.get(form, ()))
    if any(one.says == "mask" for one in recipe.outputs):
        found["pillow"] = None
    return tuple(found)


def _more(recipe: Recipe) -> list[str]:
    """What else a user has to know of such files and answers."""
    if recipe.reads == "text":
        length = recipe.values["text"]["length"]
        return [
            "`--tokens N` tells how many tokens are added, `--draw SEED` draws them by their "
            f"probabilities instead of taking the likeliest. The model sees the last {length} of a "
            "text.",
            "",
        ]
    if recipe.reads == "table":
        columns = [str(one["column"]) for one in recipe.values["fields"].values()]
        if not recipe.values["table"]["header"]:
            return ["The columns have no names: those of the training in their order.", ""]
        more = f" and {len(columns) - _MOST:,} more" if columns[_MOST:] else ""
        return [f"Columns: {', '.join(columns[:_MOST])}{more}.", ""]
    if any(one.says == "mask" for one in recipe.outputs):
        return [
            "A mask is written into the present folder, in the size that the model sees; its "
            "pixels are the numbers of the classes, and have a colour each.",
            "",
        ]
    return _of_arrays(recipe)


def _of_arrays(recipe: Recipe) -> list[str]:
    if recipe.reads != "arrays":
        return []
    told = []
    for field in recipe.values["fields"].values():
        sizes, order = ["samples", *map(str, field["shape"])], field["order"]
        if order:
            if len(order) < len(sizes):
                del sizes[1]  # pictures without an axis of channels
            sizes = [sizes[order.index(axis)] for axis in range(len(order))]
        told.append(f"- `{field['array']}`: {field['dtype']}, {' x '.join(sizes)}")
    if recipe.note:
        told += ["", f"The data of the training: {recipe.note}"]
    return ["The arrays:", "", *told, ""]
