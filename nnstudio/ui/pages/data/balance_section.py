"""How rare classes are made up for, and what that changes in numbers."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nnstudio.data.pipeline.class_counts import ClassCounts
from nnstudio.project.data.spec import DataSpec
from nnstudio.ui.forms.sections import Section
from nnstudio.ui.forms.setting_rows import SettingRows
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.data_page import edits
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.words import BALANCES
from nnstudio.workspace.schema_settings import Setting, settings_of

SETTINGS = [one for one in settings_of(DataSpec) if one.name == "balance"]


class BalanceSection(Section):
    """One choice, and a sentence of its effect."""

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__("Balance", parent=parent)
        self._page = page
        self.rows = SettingRows({"balance": BALANCES})
        self.rows.set_settings(SETTINGS)
        self.rows.committed.connect(self._set)
        self.effect = WrappedLabel()
        self.effect.setProperty("role", "muted")
        self.add(self.rows)
        self.add(self.effect)

    def refresh(self) -> None:
        """Show the choice and its effect as they are now."""
        page = self._page
        self.rows.show_values({"balance": page.spec.balance}, {"balance": "none"})
        counts = page.overview.classes if page.overview is not None else ()
        self.effect.set_full_text(effect_of(counts[0]) if counts else "No target has classes.")

    def _set(self, _setting: Setting, value: str) -> None:
        balance = value or "none"
        spec = edits.with_balance(self._page.spec, balance)
        self._page.apply(spec, f"Set balance to {BALANCES[balance].lower()}")


def effect_of(counts: ClassCounts) -> str:
    """What the training part has of each class, and what the balance makes of it."""
    there = [count for count in counts.train if count]
    if not there:
        return "The training part has no samples with a class."
    few, many = min(there), max(there)
    told = f"{few:,}" if few == many else f"from {few:,} to {many:,}"
    sentence = f"The training part has {told} samples of each class"
    if counts.weights:
        weights = [weight for weight in counts.weights if weight]
        return f"{sentence}; their weights go from {min(weights):.2g} to {max(weights):.2g}."
    if counts.balanced is not None:
        each = max(counts.balanced)
        return f"{sentence}; in an epoch each class counts about {each:,.0f}."
    if many >= 2 * few:
        return f"{sentence}: the rarest has {many / few:.1f} times fewer."
    return f"{sentence}."
