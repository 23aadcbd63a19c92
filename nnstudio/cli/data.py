"""data: what there is to train on."""

from __future__ import annotations

import argparse
from typing import Any

from nnstudio.cli.choices import choices_of
from nnstudio.cli.console import console
from nnstudio.cli.main import DONE
from nnstudio.cli.targets import print_json
from nnstudio.cli.understood import as_json, print_understood
from nnstudio.data.answer import in_words
from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.info import DataSetInfo
from nnstudio.data.pipeline.by_hand import chosen_source
from nnstudio.data.pipeline.understanding import understand
from nnstudio.data.samples import Samples
from nnstudio.project.data.places import place_of
from nnstudio.project.data.spec import DataSpec

_RESIZED = {
    "image": "a picture, enlarged or reduced",
    "signal": "a signal, resampled",
    "sequence": "a sequence of any length and width",
}


def data(options: argparse.Namespace) -> int:
    """List the data sets, or say what is understood of one, of a file or of a folder."""
    if options.name and options.name not in BUILT_IN:
        return _understood(options)
    found = [BUILT_IN[options.name]] if options.name else list(BUILT_IN.values())
    if options.json:
        print_json([_entry(info) for info in found])
        return DONE
    lines = console()
    for info in found:
        entry = _entry(info)
        lines.print(
            f"[bold]{info.name}[/bold]  {info.title}{'  (synthetic)' if info.synthetic else ''}"
        )
        lines.print(f"  {info.note}")
        lines.print(f"  samples  {info.samples:,}, {entry['megabytes']} MB")
        lines.print(f"  forms    {', '.join(entry['shapes'])}")
        if info.resizable:
            lines.print(f"  sizes    any other, as {_RESIZED[info.resizable]}")
        for name, form in info.further:
            lines.print(f"  input    {name}, {in_words(form)}, for models with two inputs")
        for name, classes in info.heads:
            lines.print(f"  target   {name}, {len(classes)} classes")
        lines.print(f"  classes  {', '.join(info.classes) or 'none, the targets are numbers'}")
        lines.print(f"  licence  {info.licence}")
        lines.print(f"  source   {info.source}")
    return DONE


def _understood(options: argparse.Namespace) -> int:
    samples = _read(options)
    seen = getattr(samples.spec.source, "fingerprint", None)  # a set of the Hub has none
    size = 0 if seen is None else seen.size
    if options.json:
        print_json([as_json(samples, options.name, size)])
    else:
        print_understood(samples, options.name, size)
    return DONE


def _read(options: argparse.Namespace) -> Samples:
    choices = choices_of(options)
    if not choices:
        return understand(options.name)
    source = chosen_source(options.name, choices.read_as, choices.options)
    return understand(place_of(source), DataSpec(source=source), chosen=True)


def _entry(info: DataSetInfo) -> dict[str, Any]:
    values = 1
    for size in info.forms[0]:
        values *= size
    return {
        "name": info.name,
        "title": info.title,
        "built_in": info.name in BUILT_IN,
        "on_disk": True,
        "synthetic": info.synthetic,
        "samples": info.samples,
        "shapes": ["x".join(map(str, form)) for form in info.forms],
        "resizable": info.resizable or None,
        "further_inputs": {name: list(form) for name, form in info.further},
        "heads": {name: list(classes) for name, classes in info.heads},
        "classes": list(info.classes),
        "megabytes": round(info.samples * values * 4 / 1e6, 1),
        "licence": info.licence,
        "source": info.source,
        "note": info.note,
    }
