"""The fields of the data as rows of a table: hundreds of them cost what is seen."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from nnstudio.data.column_statistics import ColumnStatistics
from nnstudio.project.data.fields import Field
from nnstudio.project.data.spec import DataSpec
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.words import KINDS, MISSING, ROLES, form_of

NAME, ROLE, MISSING_RULE, DISTINCT = range(4)
TITLES = ("Field", "Role", "Missing", "Distinct")
GUESSED: Final = int(Qt.ItemDataRole.UserRole) + 51
"""True for a cell whose value was guessed and not confirmed."""
CHOICE: Final = GUESSED + 1
"""True for a cell that a click lets one choose."""
KIND_ICONS = {
    "number": "number",
    "category": "category",
    "text": "text",
    "tokens": "tokens",
    "image": "image",
    "signal": "signal",
    "audio": "sound",
    "mask": "mask",
    "date": "calendar",
    "path": "link",
}
_Index = QModelIndex | QPersistentModelIndex
_PLACES = {NAME: "kind", ROLE: "role", MISSING_RULE: "missing"}


class FieldsModel(QAbstractTableModel):
    """A row for each field whose name holds the words looked for."""

    def __init__(self) -> None:
        super().__init__()
        self._spec = DataSpec()
        self._columns: dict[str, ColumnStatistics] = {}
        self._guesses: dict[str, str] = {}
        self._words = ""
        self.fields: list[Field] = []

    def show_page(self, page: DataPage) -> None:
        """Show the fields of the page as they are now."""
        spec = page.spec
        columns = page.overview.columns if page.overview is not None else {}
        same = [field.name for field in spec.fields] == [f.name for f in self._spec.fields]
        self._spec, self._columns = spec, columns
        self._guesses = {g.about: g.why for g in spec.guesses if not g.confirmed}
        if same:
            self.fields = self._found()
            if self.fields:
                last = self.index(len(self.fields) - 1, DISTINCT)
                self.dataChanged.emit(self.index(0, 0), last)
        else:
            self.look_for(self._words)

    def look_for(self, words: str) -> None:
        """Show the fields whose names hold these words alone."""
        self.beginResetModel()
        self._words = words.lower()
        self.fields = self._found()
        self.endResetModel()

    def _found(self) -> list[Field]:
        wanted = self._words.split()
        return [f for f in self._spec.fields if all(word in f.name.lower() for word in wanted)]

    # -- Qt -----------------------------------------------------------------------------------

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.fields)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        field, column = self.fields[index.row()], index.column()
        value: Any = None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                value = self._text(field, column)
            case Qt.ItemDataRole.DecorationRole if column == NAME:
                colour = "accent" if field.role == "target" else "muted"
                value = icons.pixmap(KIND_ICONS[field.kind], colour, 16)
            case Qt.ItemDataRole.ToolTipRole:
                value = self._tip(field, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                value = self._spoken(field, column)
            case Qt.ItemDataRole.ForegroundRole:
                faint = field.role == "ignored" or (
                    column == MISSING_RULE and not self._gaps(field)
                )
                token = "muted" if faint or column == DISTINCT else "text"
                value = theme.qcolor(token)
            case Qt.ItemDataRole.FontRole if column == DISTINCT:
                value = theme.mono_font(12)
            case Qt.ItemDataRole.TextAlignmentRole if column == DISTINCT:
                value = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case _ if role == CHOICE:
                value = column == ROLE or (column == MISSING_RULE and self._gaps(field) > 0)
            case _ if role == GUESSED:
                value = bool(self._why(field, column))
        return value

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return TITLES[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                right = section == DISTINCT
                side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    # -- texts --------------------------------------------------------------------------------

    def _gaps(self, field: Field) -> int:
        found = self._columns.get(field.name)
        return found.missing if found is not None else 0

    def _text(self, field: Field, column: int) -> str:
        if column == NAME:
            return field.name
        if column == ROLE:
            return ROLES[field.role]
        if column == MISSING_RULE:
            return MISSING[field.missing] if self._gaps(field) else "none"
        found = self._columns.get(field.name)
        return "" if found is None or found.distinct is None else f"{found.distinct:,}"

    def _why(self, field: Field, column: int) -> str:
        place = _PLACES.get(column)
        return self._guesses.get(f"fields.{field.name}.{place}", "") if place else ""

    def _tip(self, field: Field, column: int) -> str:
        lines = [f"{field.name}: {form_of(field)}"]
        if column == MISSING_RULE:
            gaps = self._gaps(field)
            lines = [f"{gaps:,} samples have no value" if gaps else "Every sample has a value"]
        if column == NAME and isinstance(field.origin, str) and field.origin != field.name:
            lines.append(f"from {field.origin}")
        why = self._why(field, column)
        return "\n".join([*lines, *([f"Guessed: {why}"] if why else [])])

    def _spoken(self, field: Field, column: int) -> str:
        if column == NAME:
            return f"{field.name}, {KINDS[field.kind]}, {ROLES[field.role]}"
        return f"{TITLES[column]} of {field.name}: {self._text(field, column)}"
