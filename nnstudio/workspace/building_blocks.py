"""The blocks that come with the program: of its presets and of `resources/blocks`, for any project.

Which there are stands in `resources/blocks/index.json`. Listing them checks no definition; one is
read when it is used for the first time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from nnstudio.assets import asset
from nnstudio.graph.values import EMPTY, FrozenMap, Value
from nnstudio.project.fragment import Fragment, block_text, parse_fragment
from nnstudio.project.presets import SUFFIX, preset
from nnstudio.project.storage.fields import values
from nnstudio.project.storage.file import read_text
from nnstudio.project.values import Project
from nnstudio.workspace.block_insertion import Addition, addition


@dataclass(frozen=True)
class BuildingBlock:
    """A block that comes with the program. No layer, block or file of the library has its `key`."""

    name: str
    preset: str = ""
    values: FrozenMap[Value] = EMPTY
    words: str = ""

    @property
    def key(self) -> str:
        """Name from outside: ``CNN2DResNet/ResNetBlock2D``."""
        return f"{self.preset or 'blocks'}/{self.name}"

    @property
    def note(self) -> str:
        """Description in a sentence or two."""
        return _notes(*self.place)[self.name]

    @property
    def place(self) -> tuple[str, str]:
        """Folder and file of `resources/` in which it is defined."""
        return ("presets", self.preset + SUFFIX) if self.preset else ("blocks", self.name + SUFFIX)

    @property
    def fragment(self) -> Fragment:
        """One use of it and all definitions that it needs, as on the clipboard."""
        return _fragment(self)

    def addition(self, project: Project) -> Addition:
        """Addition that puts it into `project`."""
        return addition(project, self.name, self.fragment)


@cache
def building_blocks() -> tuple[BuildingBlock, ...]:
    """All of them, in the order in which they are shown."""
    index = json.loads(asset("blocks", "index.json").read_text(encoding="utf-8"))
    return tuple(
        BuildingBlock(
            found["block"],
            found.get("preset", ""),
            values(found["values"], f"blocks[{place}].values"),
            found["words"],
        )
        for place, found in enumerate(index["blocks"])
    )


def building_block(key: str) -> BuildingBlock | None:
    """The one with that key."""
    return next((block for block in building_blocks() if block.key == key), None)


@cache
def _notes(folder: str, file: str) -> dict[str, str]:
    """The notes of all blocks in a file, without checking what else it holds."""
    record = json.loads(asset(folder, file).read_text(encoding="utf-8"))
    return {block["name"]: block.get("note", "") for block in record["blocks"]}


@cache
def _fragment(block: BuildingBlock) -> Fragment:
    if block.preset:
        text = block_text(preset(block.preset), block.name, block.values)
    else:
        text = read_text(asset(*block.place))
    return parse_fragment(text)
