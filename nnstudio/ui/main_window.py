"""The window: places the panels and the views, and joins their signals to the session. It decides nothing.

Menu bar, transport bar, and below them the desk with its cards: Data, Network, Output from left to right as the data
flows, the curves under them, what is set at the right. Messages lie over the cards and push nothing.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWhatsThis, QWidget

from nnstudio.core.data.examples import DataError
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.plan import plan
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layer_edits import LayerEdit
from nnstudio.core.network.surgery import Surgery
from nnstudio.core.presets import Preset
from nnstudio.core.run.commands import Answer, FindHardest, Remember
from nnstudio.core.run.example import SplitName
from nnstudio.core.run.hardest import Hardest
from nnstudio.core.run.present import INTERRUPTED
from nnstudio.files.saving import Saver
from nnstudio.ui import theme
from nnstudio.ui.actions import Actions
from nnstudio.ui.announcements import Announcements
from nnstudio.ui.desk import Desk, Place
from nnstudio.ui.exporting import Exporting
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.growing import Growing
from nnstudio.ui.help import About, HelpSheet
from nnstudio.ui.icons import icon
from nnstudio.ui.key_focus import KeyFocus
from nnstudio.ui.menu_bar import MenuBar
from nnstudio.ui.own_data import OwnData
from nnstudio.ui.pages import Pages
from nnstudio.ui.panels.data_panel import DataPanel
from nnstudio.ui.panels.history_dialog import HistoryDialog
from nnstudio.ui.panels.history_strip import MEGABYTE, HistoryStrip
from nnstudio.ui.panels.layer_panel import LayerPanel
from nnstudio.ui.panels.training_panel import TrainingPanel
from nnstudio.ui.panels.transport import Transport
from nnstudio.ui.pictures import looked_at
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import ThemeChoice
from nnstudio.ui.trouble import Trouble
from nnstudio.ui.views.activations_view import ActivationsView
from nnstudio.ui.views.function_view import FunctionView
from nnstudio.ui.views.gradients_view import GradientsView
from nnstudio.ui.views.loss.ghost import ghost_of
from nnstudio.ui.views.loss_view import LossView
from nnstudio.ui.views.network_view import NetworkView
from nnstudio.ui.views.output.strokes import Stroke
from nnstudio.ui.views.output_view import OutputView
from nnstudio.ui.views.view import View
from nnstudio.ui.visiting import Visiting
from nnstudio.ui.widgets.banner import Banner
from nnstudio.ui.widgets.card import CardDock, ScrollingBody
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.fold import Fold
from nnstudio.ui.widgets.note_strip import NoteStrip
from nnstudio.ui.widgets.table_dialog import TableDialog

if TYPE_CHECKING:
    from nnstudio.ui.panels.landscape.dialog import LandscapeDialog
    from nnstudio.ui.panels.rate_finder.dialog import RateFinderDialog

MARGIN = 12
SAVING_SECONDS = 10.0
"""How long a closing window waits for its files to be written."""


class MainWindow(QMainWindow):
    """One window for one session. `settings` is read now and written when the window closes; `saver` writes files."""

    closed = Signal()  # for good, and nothing is lost

    def __init__(self, session: Session, settings: Settings, saver: Saver | None = None) -> None:
        super().__init__()
        self._session = session
        self._leaving = False
        self._settings = settings
        self.setWindowIcon(icon("nnstudio", ""))
        self.banner, self.note = Banner(), NoteStrip()
        self._saver = saver or Saver()
        self.files = FilesMenu(session, settings, self.banner, self, self._saver)
        self.visiting = Visiting(session, self)
        self.commands = Actions(session, self.visiting, self.files, self)
        self.exporting = Exporting(session, settings, self.files, self.banner, self)
        self.commands.lead_to("exporting", self.exporting)
        self.growing = Growing(session, self.files, self.banner)
        self.commands.lead_to("growing", self.growing)
        self.closed.connect(self.exporting.end)
        self.transport = Transport(session, self.commands)
        self.desk = self._make_desk()
        page = self._make_page()
        self.setCentralWidget(page)
        self.menus = MenuBar(session, settings, self.commands, self.desk.cards, self)
        self.menus.theme_chosen.connect(self._choose_theme)
        self.menus.preset_begun.connect(self._tell_of_preset)
        self.setMenuBar(self.menus)
        self.files.title_changed.connect(self._show_title)
        self._show_title(self.files.title())
        Trouble(session, self.banner)
        self.own_data = OwnData(session, settings, self.files, self.banner, self)
        self.commands.lead_to("own_data", self.own_data)
        self.announcements = Announcements(session, self)
        self._noted: DatasetKind | None = None
        for shown in (session.shelving.changed, session.experiment_changed):
            shown.connect(self._show_ghost)
        self._show_ghost()
        session.experiment_changed.connect(self._outdate_note)
        KeyFocus(_app(), self)
        session.send(Remember(settings.history_megabytes * MEGABYTE))
        _app().styleHints().colorSchemeChanged.connect(self._restyle)
        self._restyle()
        self.menus.calm()  # after the sheet, which dresses the menu bar then
        self._place()
        # Otherwise Qt gives the focus to the first button, which would take the Space of somebody who just came in.
        page.setFocus()

    # Making the window

    def _make_desk(self) -> Desk:
        self.network = NetworkView()
        self.network.layers_edited.connect(self._edit_layers)
        self.network.next_image_requested.connect(self._session.next_image)
        self.network.operated.connect(self._operate)
        self.network.example_chosen.connect(self._session.look_at)
        self.output = OutputView()
        self.output.example_chosen.connect(self._session.look_at)
        self.output.painted.connect(self._paint)
        self.output.hardest_wanted.connect(self._find_hardest)
        self.loss, self.activations, self.gradients = LossView(), ActivationsView(), GradientsView()
        self.gradients.remedy_chosen.connect(self._try_remedy)
        self.loss.visit_wanted.connect(self.visiting.visit)
        self.loss.run_wanted.connect(self._session.shelving.open)
        panel = DataPanel(self._session)
        panel.own_wanted.connect(self._revise_data)
        data = CardDock("data", "Data", ScrollingBody(panel))
        learning = TrainingPanel(self._session)
        learning.rate_wanted.connect(self.show_rate_finder)
        training = CardDock("training", "Training", ScrollingBody(learning))
        above = [
            Place(data, 208, grows=False),
            Place(self._card("network", self.network, self._below_note(self.network)), 684),
            Place(self._card("output", self.output, narrowest=250), 256),
        ]
        below = [
            Place(self._card("loss", self.loss), 444),
            Place(self._card("activations", self.activations), 308),
            Place(self._card("gradients", self.gradients), 396),
        ]
        side = [Place(training, 232, grows=False), Place(self._layer_card(), 232, grows=False)]
        return Desk([above, below], [560, 220], side, [299, 437], {self._function_card(): above[-1].card})

    def _function_card(self) -> CardDock:
        self.function = FunctionView()
        self.layer.layer_shown.connect(self.function.show_layer)
        self.function.show_layer(self.layer.key)
        return self._card("function", self.function)

    def _layer_card(self) -> CardDock:
        self.layer = LayerPanel(self._session)
        self.network.headers.layer_selected.connect(self.layer.select)
        self.layer.layer_shown.connect(self.network.headers.select)
        return CardDock("layer", "Layer", ScrollingBody(self.layer), self.layer.pin)

    def _below_note(self, view: QWidget) -> QWidget:
        """The view, with room for a preset's note at the foot of its card."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(view, 1)
        column.addWidget(self.note)
        return body

    def _card(self, name: str, view: View, body: QWidget | None = None, narrowest: int = 0) -> CardDock:
        self._session.viewers.attach(view)
        card = CardDock(name, view.title, body or view, view.switches(), with_table=True)
        card.table_requested.connect(partial(self._show_table_of, view))
        card.widget().setMinimumWidth(narrowest)  # Qt overwrites the card's own, and keeps the largest
        card.visibilityChanged.connect(view.setVisible)  # behind a tab it would be computed, and drawn for nobody
        return card

    def _make_page(self) -> QWidget:
        page = QWidget()
        # A click beside the controls takes the focus out of a field, and commits what was typed there.
        page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.history = HistoryStrip(self.visiting)
        for view in (self.history, self.history.passing):
            self._session.viewers.attach(view)
        self.pages = Pages(
            self._session,
            self.visiting,
            self.commands,
            self.desk,
            (self.network, self.output),
            (self.transport, self.history),
            self.banner,
            self.files.save_table,
            self,
        )
        self.pages.table.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN - 4)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.pages.sweeping.page.bar, self.transport):
            column.addWidget(widget)
        column.addLayout(self.pages.table, 1)
        column.addWidget(self.history)
        pages = self.pages
        self.banner.lie_over(self.desk, pages.microscopy.page.grid.main, pages.runs, pages.sweeping.page)
        return page

    def _place(self) -> None:
        self.resize(1440, 900)
        if not self._settings.geometry.isEmpty():
            self.restoreGeometry(self._settings.geometry)
        self.desk.restore(self._settings.layout)
        for fold in self.findChildren(Fold):
            fold.set_open(fold.objectName() in self._settings.unfolded)

    # What happens in it

    def _show_ghost(self) -> None:
        """The run that was left last stays behind the curves of the present one."""
        ghost = ghost_of(self._session.shelving.shelf, self._session.experiment)
        self.loss.show_ghost(ghost)

    def _tell_of_preset(self, preset: Preset) -> None:
        self._noted = preset.experiment.dataset.kind
        self.note.tell(preset.title, preset.text)

    def _outdate_note(self, experiment: Experiment) -> None:
        """A note speaks of one data set and its preset; settings may change below it."""
        if experiment.dataset.kind is not self._noted:
            self.note.hide()

    def _revise_data(self) -> None:
        self.own_data.revise()

    def dropEvent(self, event: QDropEvent) -> None:
        self.own_data.take(event)

    dragEnterEvent = dragMoveEvent = dropEvent  # noqa: N815 -- Qt's names

    def _edit_layers(self, edit: LayerEdit) -> None:
        if not self._session.loading:  # the layers on the screen are those of the network before
            self._session.edit(edit(self._session.experiment), label=edit.label)

    def _paint(self, stroke: Stroke) -> None:
        """Part of a stroke on the plane; all of it is one step."""
        try:
            experiment = stroke(self._session.experiment)
        except (DataError, SettingError) as error:
            self.output.refuse(str(error))
        else:
            self._session.edit(experiment, stroke.merge, stroke.name)

    def _find_hardest(self, split: SplitName) -> None:
        """Look for the examples that cost most, for the wall of the Output card."""
        self._session.send(FindHardest(split), self._tell_of_hardest)

    def _tell_of_hardest(self, answer: Answer) -> None:
        if isinstance(answer.found, Hardest):
            self.output.wall.show_hardest(answer.found)
        elif answer.refusal != INTERRUPTED:  # whoever was interrupted waits for a newer one
            self.output.wall.refuse(answer.refusal)

    def _operate(self, surgery: Surgery, merge: str) -> None:
        """What a hand does to the network on the screen, and to no other."""
        if not self._session.loading:
            self._session.operate(surgery, merge)

    def _try_remedy(self, experiment: Experiment) -> None:
        """What the diagnosis proposes. The weights of a run that diverged are often too far out for any rate: a lower
        one goes on from those before."""
        session, frame = self._session, self._session.frame
        if session.loading:
            return
        if frame is not None and frame.recovery is not None and not plan(session.experiment, experiment).rebuilds:
            session.recover(experiment.training.learning_rate)
        else:
            session.edit(experiment)

    def _show_title(self, title: str) -> None:
        self.menus.show_file(title)
        self.setWindowTitle(f"{title} – NN Studio" if title else "NN Studio")

    def _choose_theme(self, choice: ThemeChoice) -> None:
        self._settings.theme = choice
        self._restyle()

    def toggle_larger_text(self) -> None:
        """Larger or normal text, as the menu entry now says."""
        self._settings.larger_text = self.commands["larger_text"].isChecked()
        self._restyle()
        self.desk.settle()
        self.history.fit(self.size())

    def _restyle(self) -> None:
        theme.apply(_app(), self._settings.theme, self._settings.larger_text)

    def reset_layout(self) -> None:
        """All cards open and in their places."""
        self.desk.arrange()

    def show_table(self) -> None:
        """The picture that has the keys as a table; without any, the network."""
        place = QApplication.focusWidget()
        while place is not None and not isinstance(place, View):
            place = place.parentWidget()
        self._show_table_of(place or self.network)

    def _show_table_of(self, view: View) -> None:
        tables, frame = view.tables(), self._session.frame
        if tables and frame is not None:
            title = f"{view.title}, update {grouped(frame.updates)}"
            TableDialog(title, tables, view.chosen_table(), self).open()

    def save_picture(self) -> None:
        """The picture that has the keys, as a file."""
        self.files.save_picture(*looked_at(self, self.network))

    def show_history(self) -> None:
        """How much of the run's past is kept, and how much may be."""
        HistoryDialog(self._session, self._settings, self).open()

    def show_landscape(self) -> None:
        """The loss around the weights of now, in a window of its own, which is loaded when it is wanted."""
        from nnstudio.ui.panels.landscape.dialog import LandscapeDialog

        self._bring(LandscapeDialog)

    def show_rate_finder(self) -> None:
        """A range test of the learning rate, in a window of its own."""
        from nnstudio.ui.panels.rate_finder.dialog import RateFinderDialog

        self._bring(RateFinderDialog)

    def _bring(self, kind: "type[LandscapeDialog | RateFinderDialog]") -> None:
        """The window of this kind that is open, or a new one; it closes with this one."""
        dialog = next((each for each in self.findChildren(kind) if each.isVisible()), None)
        if dialog is None:
            dialog = kind(self._session, self)
            self.closed.connect(dialog.close)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def show_help(self) -> None:
        """The sheet of keys."""
        HelpSheet(self).open()

    def show_about(self) -> None:
        """Version and licences."""
        About(self).open()

    def ask_whats_this(self) -> None:
        """The next click explains what it hits."""
        QWhatsThis.enterWhatsThisMode()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.history.fit(event.size())

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._leaving and self.files.document.unsaved:
            event.ignore()
            self.files.leave(self._leave)
            return
        self._settings.geometry = self.saveGeometry()
        self._settings.layout = self.desk.layout_state()
        self._settings.unfolded = frozenset(fold.objectName() for fold in self.findChildren(Fold) if fold.is_open)
        self._settings.save()
        self.pages.sweeping.close()
        self.closed.emit()
        self._saver.finish(SAVING_SECONDS)
        event.accept()

    def _leave(self) -> None:
        """Nothing is lost any more. Asked inside of closing, it closes when that is over."""
        self._leaving = True
        QTimer.singleShot(0, self, self.close)


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
