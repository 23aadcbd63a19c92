"""`BlockLibraries`: the blocks that any project can take: the user's, and those of the program.

The user's are known by the name of their file (`Encoder.nns`), those that come with the program by
their key (`SimpleViT/PatchEmbedding`); no type is called so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from psygnal import Signal

from nnstudio.project.ports import Side
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.symbols.tensor import Tensor
from nnstudio.workspace.block_insertion import Addition
from nnstudio.workspace.building_blocks import BuildingBlock, building_block, building_blocks
from nnstudio.workspace.candidates import Candidate, candidates
from nnstudio.workspace.library import SUFFIX, LibraryBlock, saved_blocks

MY_BLOCKS = "My blocks"
BUILDING_BLOCKS = "Building blocks"


class BlockLibraries:
    """The user's `blocks` in one folder, and the building blocks; `changed` if others lie there.

    The folder is read at the first `refresh`, not while the program starts.
    """

    changed = Signal()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blocks: tuple[LibraryBlock, ...] = ()

    def refresh(self) -> None:
        """Look again what is there; files that have not changed are not read again."""
        found = tuple(saved_blocks(self.folder))
        if found != self.blocks:
            self.blocks = found
            self.changed.emit()

    def find(self, key: str) -> LibraryBlock | None:
        """The block in the file of that name."""
        return next((block for block in self.blocks if block.path.name == key), None)

    def addition(self, project: Project, key: str) -> Addition:
        """Addition for a type, a file of the library or a building block.

        Raises `Refusal` if there is no such file any more, or it is broken.
        """
        ready = building_block(key)
        if ready is not None:
            return ready.addition(project)
        if not key.endswith(SUFFIX):
            return Addition(project, key)
        self.refresh()
        found = self.find(key)
        if found is None:
            raise Refusal(f"'{key.removesuffix(SUFFIX)}' is no longer in My blocks")
        return found.addition(project)

    def candidates(
        self, project: Project, block: str, side: Side | None = None, tensor: Tensor | None = None
    ) -> list[Candidate]:
        """All types that can stand in `block`, those of the libraries among them."""
        self.refresh()
        wider, offered = project, {}
        for section, key, found in self._offers():
            added = found.addition(wider)
            wider = added.project
            offered[added.type] = (section, key, found.name)
        chosen: list[Candidate] = []
        ready: list[Candidate] = []
        for candidate in candidates(wider, block, side, tensor):
            offer = offered.get(candidate.type)
            if candidate.type in project.by_name or candidate.type not in wider.by_name:
                chosen.append(candidate)
            elif offer is not None:  # else a block inside one of them
                section, key, name = offer
                named = replace(candidate, type=name, section=section, key=key)
                (ready if section == BUILDING_BLOCKS else chosen).append(named)
        return chosen + ready

    def _offers(self) -> Iterator[tuple[str, str, LibraryBlock | BuildingBlock]]:
        for saved in self.blocks:
            if not saved.problem:
                yield MY_BLOCKS, saved.path.name, saved
        for ready in building_blocks():
            yield BUILDING_BLOCKS, ready.key, ready
