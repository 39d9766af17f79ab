"""The dialog that takes in somebody's own images: some of each class, what was decided, what is odd, the shares."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from nnstudio.core.data.picture_proposal import PictureWishes, picture_wishes_of
from nnstudio.core.experiment import Experiment, PictureSpec
from nnstudio.ui.panels.own_images.class_rows import ClassRows
from nnstudio.ui.panels.own_images.draft import ImageDraft, ProposedImages
from nnstudio.ui.panels.own_images.sentences import decisions, left_out, outlook
from nnstudio.ui.panels.own_table.own_dialog import OwnDialog, sheet, size_in_words
from nnstudio.ui.widgets.figures import counted, grouped


class OwnImagesDialog(OwnDialog):
    """`taken` gives what was proposed."""

    def __init__(self, path: Path, experiment: Experiment, parent: QWidget, known: PictureSpec | None = None) -> None:
        """`known`: what was decided about these images before."""
        super().__init__("Open images", "folder", "Other folder", experiment, parent)
        self.draft = ImageDraft(path, self)
        self.draft.changed.connect(self._show)
        self.finished.connect(self.draft.cancel)
        self.use.clicked.connect(self._take)
        self.classes = ClassRows()
        for part in (self.decisions, self.shares):
            part.chosen.connect(self._correct)
        self.rows = QScrollArea()
        self.rows.setWidgetResizable(True)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setAccessibleName("Classes")
        self.rows.setWidget(self.classes)
        for ground in (self.rows.viewport(), self.classes):
            ground.setAutoFillBackground(False)
        self.lay_out(sheet(self.rows, margin=1))
        self.draft.open(path, PictureWishes() if known is None else picture_wishes_of(known))

    def _show(self) -> None:
        draft, proposed = self.draft, self.draft.proposed
        reading = draft.progress is not None
        self.facts.setText("" if proposed is None else _facts(proposed))
        self.use.setEnabled(proposed is not None and not draft.busy)
        self.show_state(draft.path, draft.progress, draft.refusal, proposed is not None)
        if proposed is None:
            self.say("The running experiment stays as it is.")
            return
        for part in (self.decisions, self.odd, self.shares):
            part.setEnabled(not reading)
        self.classes.show_images(proposed)
        if not draft.busy:
            self.shares.show_shares(proposed.wishes, proposed.shares, "class")
        self.show_sentences([*decisions(proposed)], [*left_out(proposed)])
        percent = round(100 * (draft.progress or 0.0))
        self.say(f"Reading the images again… {percent} %" if reading else outlook(self.experiment, proposed))
        self.order(self.rows)

    def _correct(self, change: PictureWishes) -> None:
        self.draft.wish(change)

    def _take(self) -> None:
        proposed = self.draft.proposed
        if proposed is not None and not self.draft.busy:
            self.accept()
            self.taken.emit(proposed)


def _facts(proposed: ProposedImages) -> str:
    pictures = proposed.pictures
    count = f"{grouped(len(pictures.labels))} images"
    return f"{count}, {counted(len(pictures.names), 'class')}, {size_in_words(pictures.disk)}"
