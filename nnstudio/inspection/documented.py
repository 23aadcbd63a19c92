"""The layer tables of published documents, and the check of a built model against one.

A table is data (`resources/documented/*.json`): what the document says, and beside it, with an
explanation, what it leaves out or gets wrong. Layers are compared by the attributes of the real
modules, never by their printed form, which differs between versions of torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nnstudio.assets import asset
from nnstudio.errors import UserError
from nnstudio.inspection.layer_matching import Found, align, layers_of, same, value_of

if TYPE_CHECKING:
    from torch import nn

Value: TypeAlias = bool | int | float | str | list[Any] | None
Status: TypeAlias = Literal["match", "mismatch", "explained"]


class DocumentedError(UserError):
    """There is no such table, or its file is broken; the message is one sentence."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class LayerRow(_Part):
    """One layer of the table."""

    name: str
    """As the document calls it; for an omitted layer, as we do."""
    kind: str = Field(alias="class")
    attributes: dict[str, Value] = {}
    """What the document states, by the names of the module's attributes."""
    built: dict[str, Value] = {}
    """What it leaves open or states otherwise, as it is really built. Needs an explanation."""
    match: str | None = None
    """Pattern of the module's path; it decides between layers that are otherwise alike."""
    omitted: bool = False
    """The document does not list this layer although it must be there. Needs an explanation."""
    explanation: str = ""


class Total(_Part):
    """The number of parameters."""

    claimed: int | None = None
    """By the document."""
    built: int | None = None
    """Of the published model, where the document states none or a wrong one."""
    explanation: str = ""


class Claim(_Part):
    """A statement of the document that its own model contradicts or that its table leaves open."""

    says: str
    found: str


class Documented(_Part):
    """One table. With no rows only the total is checked."""

    name: str
    title: str
    document: str
    """Title, and where it was published."""
    reference: str = ""
    """Identity of the model in the table of reference totals."""
    rows: tuple[LayerRow, ...] = ()
    total: Total = Total()
    totals: dict[str, Total] = {}
    """Of a document that describes several sizes: by the reference of each, else by the name of its
    variant. The rows then hold for the size called `reference` only."""
    claims: tuple[Claim, ...] = ()

    def of(self, *names: str) -> Documented | None:
        """The table of one size of the model, called by one of `names`.

        None if the document describes several sizes, but not this one.
        """
        if not self.totals:
            return self
        known = next((name for name in names if name in self.totals), None)
        if known is None:
            return None
        rows = self.rows if self.reference in names else ()
        return self.model_copy(
            update={"reference": known, "rows": rows, "total": self.totals[known], "totals": {}}
        )


@dataclass(frozen=True)
class CheckRow:
    """One line of the comparison; `expected` or `found` is empty where there is nothing."""

    name: str
    path: str
    status: Status
    expected: str
    found: str
    explanation: str = ""


@dataclass(frozen=True)
class DocumentedCheck:
    """A model compared with its document."""

    name: str
    title: str
    document: str
    rows: tuple[CheckRow, ...]
    claims: tuple[tuple[str, str], ...]
    """Contradictions of the document: (what it says, what is so)."""

    @property
    def ok(self) -> bool:
        """True if every row matches or is explained."""
        return not self.mismatches

    @property
    def mismatches(self) -> tuple[CheckRow, ...]:
        """The rows that are neither as documented nor explained."""
        return tuple(row for row in self.rows if row.status == "mismatch")

    def to_json(self) -> dict[str, Any]:
        """The check as JSON values."""
        return {
            **asdict(self),
            "claims": [{"says": says, "found": found} for says, found in self.claims],
            "ok": self.ok,
        }


def documented_names() -> tuple[str, ...]:
    """The names of all tables, in alphabetical order."""
    return tuple(sorted(path.stem for path in asset("documented").glob("*.json")))


def load_documented(name: str) -> Documented:
    """The table called `name`. Raises `DocumentedError` if there is none or it is broken."""
    names = documented_names()
    if name not in names:
        raise DocumentedError(
            f"There is no documented table {name!r}; there are {', '.join(names) or 'none'}."
        )
    text = asset("documented", f"{name}.json").read_text(encoding="utf-8")
    return read_documented(text, name)


def read_documented(text: str, name: str) -> Documented:
    """The table in a JSON text. Raises `DocumentedError`, naming the place, if it is not one."""
    try:
        table = Documented.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise DocumentedError(
            f"The documented table {name} is broken at {place}: {first['msg']}."
        ) from error
    for row in table.rows:
        if (row.omitted or row.built) and not row.explanation:
            raise DocumentedError(f"The documented table {name} lacks an explanation: {row.name}.")
    return table


def check(documented: Documented, model: nn.Module, total: int | None = None) -> DocumentedCheck:
    """Compare `model` with its document, layer by layer in the order of declaration.

    `total` is the number of parameters that was counted, by default that of the model. A layer
    of the table that the model lacks and a layer of the model that is in no row are mismatches.
    Of a table of several sizes, take one with `Documented.of` first.
    """
    if total is None:
        total = sum(parameter.numel() for parameter in model.parameters())
    rows = list(_layer_rows(documented.rows, layers_of(model))) if documented.rows else []
    totals = _total_row(documented.total, total)
    if totals is not None:
        rows.append(totals)
    return DocumentedCheck(
        name=documented.name,
        title=documented.title,
        document=documented.document,
        rows=tuple(rows),
        claims=tuple((claim.says, claim.found) for claim in documented.claims),
    )


def _layer_rows(rows: Sequence[LayerRow], found: Sequence[Found]) -> list[CheckRow]:
    wanted = [(row.kind, row.attributes | row.built, row.match) for row in rows]
    result: list[CheckRow] = []
    for left, right in align(wanted, found):
        row = None if left is None else rows[left]
        layer = None if right is None else found[right]
        if row is not None:
            result.append(_compare(row, layer))
        elif layer is not None and not layer.is_container:
            result.append(
                CheckRow(
                    "", layer.path, "mismatch", "", layer.kind, "The document has no such row."
                )
            )
    return result


def _compare(row: LayerRow, layer: Found | None) -> CheckRow:
    wanted = row.attributes | row.built
    if layer is None:
        reason = "The model has no such layer."
        return CheckRow(row.name, row.match or "", "mismatch", _text(row.kind, wanted), "", reason)
    real = {name: value_of(layer.module, name, value) for name, value in wanted.items()}
    status: Status = "explained" if row.omitted or row.built else "match"
    explanation = row.explanation
    found = _text(row.kind, real)
    wrong = [name for name in wanted if not same(real[name], wanted[name])]
    if row.kind not in layer.kinds:
        status, explanation = "mismatch", f"{layer.kind} instead of {row.kind}."
        found = layer.kind
    elif wrong:
        status, explanation = "mismatch", f"Different: {', '.join(wrong)}."
    return CheckRow(
        name=row.name,
        path=layer.path,
        status=status,
        expected=_text(row.kind, wanted),
        found=found,
        explanation=explanation,
    )


def _total_row(total: Total, counted: int) -> CheckRow | None:
    expected = total.built if total.built is not None else total.claimed
    if expected is None:
        return None
    status: Status = "match"
    if counted != expected:
        status = "mismatch"
    elif total.claimed != expected:
        status = "explained" if total.explanation else "mismatch"
    claimed = f"{expected if total.claimed is None else total.claimed:,}"
    if total.claimed is None and status != "mismatch":
        claimed = "no total"
    return CheckRow(
        name="Parameters",
        path="",
        status=status,
        expected=claimed,
        found=f"{counted:,}",
        explanation=total.explanation,
    )


def _text(kind: str, attributes: dict[str, Any]) -> str:
    inside = ", ".join(f"{name}={_literal(value)}" for name, value in attributes.items())
    return f"{kind}({inside})"


def _literal(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    return repr(value)
