"""What the start page asks for, and what it is told was left over."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from nnstudio.ui.files.crash_report import CrashReport, crash_reports
from nnstudio.ui.files.documents import Documents
from nnstudio.ui.files.recovery import RecoverableProject, lost_work
from nnstudio.ui.settings import Settings
from nnstudio.ui.start.crash_dialog import CrashDialog
from nnstudio.ui.start.start_page import Gallery


class StartLinks:
    """Connects the start page. show_editor: goes back to the open project."""

    def __init__(
        self,
        gallery: Gallery,
        documents: Documents,
        settings: Settings,
        open_preset: Callable[[str], object],
        show_editor: Callable[[], object],
        window: QWidget,
    ) -> None:
        self._gallery, self._settings = gallery, settings
        gallery.preset_chosen.connect(open_preset)
        gallery.empty_chosen.connect(documents.new)
        gallery.open_requested.connect(lambda: documents.open())
        gallery.file_chosen.connect(documents.open)
        gallery.recover_requested.connect(documents.recover)
        gallery.forget_requested.connect(self._forget)
        gallery.side.crash_requested.connect(lambda report: CrashDialog(report, window).exec())
        gallery.side.forget_crash_requested.connect(self._forget)
        gallery.side.back_requested.connect(show_editor)

    def offer_what_is_left(self) -> None:
        """Show unsaved work and reports of crashes that there are now."""
        self._gallery.side.show_lost(lost_work(self._settings.recovery_folder))
        self._gallery.side.show_crashes(crash_reports(self._settings.crash_folder))

    def _forget(self, left: RecoverableProject | CrashReport) -> None:
        left.forget()
        self.offer_what_is_left()
