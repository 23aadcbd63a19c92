"""Where samples come from, with every option of the reader: nothing is guessed a second time.

In a file a path is relative to the folder of the project file, with `/`, or absolute where they
have no folder in common; in memory it is absolute (`places`). Which reader takes what is in
`nnstudio.data.reading`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nnstudio.project.data.part import Part

Path = Annotated[str, Field(min_length=1)]


class Fingerprint(Part):
    """What a source was when it was understood: bytes, time of change (ns), hash of its content.

    `hash` is blake2b of the bytes of a file; of a folder, of the names, sizes and times in it.
    """

    size: int = Field(ge=0)
    modified: int
    hash: str


class BuiltIn(Part):
    """A data set of the program itself, by name; or one that a plugin has registered."""

    kind: Literal["builtin"] = "builtin"
    path: Path = "digits"


class Table(Part):
    """Rows and columns: text with delimiters, Parquet, or a sheet of a workbook."""

    kind: Literal["table"] = "table"
    path: Path
    fingerprint: Fingerprint | None = None
    format: Literal["text", "parquet", "excel"] = "text"
    encoding: str = "utf-8"
    delimiter: str = Field(
        default=",", description="One character, or a blank for any run of blanks."
    )
    decimal: Literal[".", ","] = "."
    thousands: str = Field(default="", max_length=1)
    header: bool = True
    skipped: int = Field(
        default=0, ge=0, description="Physical lines before the header or first record."
    )
    row_names: bool = Field(
        default=False, description="The header is one shorter: R's row names first."
    )
    comment: str = Field(
        default="", max_length=1, description="Records that begin with it are left out."
    )
    missing: tuple[str, ...] = Field(default=("",), description="Words that stand for no value.")
    sheet: str = ""
    files: str = Field(default="", description="Folder to which a column of paths is relative.")


class Arrays(Part):
    """Arrays with one row per sample; a field's `origin` is the array's name in the file."""

    kind: Literal["arrays"] = "arrays"
    path: Path
    fingerprint: Fingerprint | None = None
    format: Literal["npz", "npy", "safetensors", "hdf5", "mat", "idx", "cifar"]


class Folder(Part):
    """Files below a folder: the names of their folders are classes, or parts (train, test)."""

    kind: Literal["folder"] = "folder"
    path: Path
    fingerprint: Fingerprint | None = None
    holds: Literal["pictures", "recordings", "masks"]
    parts: tuple[tuple[str, Literal["train", "validation", "test"]], ...] = Field(
        default=(), description="Folders of the first level that are parts, by their names."
    )
    level: Literal["first", "last"] = Field(
        "first",
        description=(
            "Whose name is the class where folders lie in folders: that of the folder of the "
            "first level, or of the one that holds the file."
        ),
    )


class Text(Part):
    """A text for models of tokens: one file, or all .txt files of a folder."""

    kind: Literal["text"] = "text"
    path: Path
    fingerprint: Fingerprint | None = None
    encoding: str = "utf-8"
    unit: Literal["characters", "words"] = "characters"
    length: int = Field(default=64, ge=2, le=100_000, description="Tokens of one sample.")
    vocabulary: int = Field(default=20_000, ge=4, le=10_000_000, description="Tokens kept at most.")


class Hub(Part):
    """A data set of the Hugging Face Hub, converted once into the cache (extra `hub`)."""

    kind: Literal["hub"] = "hub"
    path: Path
    config: str = ""
    revision: str = ""


Source = Annotated[BuiltIn | Table | Arrays | Folder | Text | Hub, Field(discriminator="kind")]
