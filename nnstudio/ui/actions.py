"""Everything the window can do, as one table: text, icon, keys, method.

Menus, buttons, the keyboard and the help sheet are all drawn from these rows, so they cannot disagree. A row names a
method of the session (`run`), of who looks back (`past`), of the file menu (`files`), of the window (`window`) or of
its pages (`pages`); it is called without arguments.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from nnstudio.ui.explanations.actions import ACTIONS
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.session import Session


@dataclass(frozen=True, slots=True)
class Row:
    """One action. `repeats`: goes on while the key is held down. What's This is in `explanations.actions`."""

    name: str
    text: str
    icon: str
    keys: str
    target: str
    method: str
    tip: str
    repeats: bool = False


ROWS = (
    Row("new", "&New", "", "Ctrl+N", "files", "new", "Start over with the default experiment."),
    Row("open", "&Open experiment…", "folder", "Ctrl+O", "files", "open", "Open an experiment with its weights."),
    Row(
        "open_data",
        "Open &data…",
        "table",
        "Ctrl+Shift+O",
        "own_data",
        "ask",
        "Learn a table of your own: CSV, TSV, text, .npy.",
    ),
    Row(
        "open_images", "Open &images…", "", "", "own_data", "ask_folder", "Learn images of your own: a folder a class."
    ),
    Row("save", "&Save", "", "Ctrl+S", "files", "save", "Save the experiment with its weights."),
    Row("save_as", "Save &as…", "", "Ctrl+Shift+S", "files", "save_as", "Save the experiment under another name."),
    Row(
        "export",
        "&Export…",
        "export",
        "Ctrl+E",
        "exporting",
        "export",
        "Take the network away: weights, programs, reports, each with its proof.",
    ),
    Row(
        "copy_share_text",
        "&Copy share text",
        "",
        "",
        "exporting",
        "copy_share_text",
        "The experiment, with the weights of a small network, as one line for a chat or a mail.",
    ),
    Row(
        "paste_share_text",
        "&Paste share text",
        "",
        "",
        "exporting",
        "paste_share_text",
        "Open the experiment that the line on the clipboard holds.",
    ),
    Row(
        "import",
        "&Import weights…",
        "import",
        "",
        "files",
        "import_weights",
        "Load weights, or build their network.",
    ),
    Row(
        "worksheet",
        "&Worksheet…",
        "",
        "",
        "files",
        "worksheet",
        "Print sheets on which this network's numbers are to be found by hand, with their solutions.",
    ),
    Row("quit", "&Quit", "", "Ctrl+Q", "window", "close", "Close the window."),
    Row("undo", "&Undo", "", "Ctrl+Z", "run", "undo", "Take back the last step, with what was trained then."),
    Row("redo", "&Redo", "", "Ctrl+Shift+Z", "run", "redo", "Make the step again that was taken back."),
    Row(
        "play",
        "&Play",
        "play",
        "Space",
        "run",
        "toggle_play",
        "Start or pause training.",
    ),
    Row(
        "step",
        "One &update",
        "step",
        "Right",
        "past",
        "step",
        "Train on one batch: one update of the weights.",
        repeats=True,
    ),
    Row(
        "step_phase",
        "One p&hase",
        "",
        "Ctrl+Right",
        "run",
        "step_phase",
        "Make one phase of an update: forward, loss, backward or update.",
        repeats=True,
    ),
    Row(
        "step_epoch",
        "One &epoch",
        "",
        "Shift+Right",
        "run",
        "step_epoch",
        "Train until every training example has been seen once more.",
        repeats=True,
    ),
    Row(
        "back",
        "&Back",
        "back",
        "Left",
        "past",
        "back",
        "Go one update back.",
        repeats=True,
    ),
    Row(
        "restart",
        "&Restart",
        "restart",
        "R",
        "run",
        "restart",
        "Begin again from the same first weights.",
    ),
    Row(
        "new_weights",
        "New &weights",
        "dice",
        "Shift+R",
        "run",
        "new_weights",
        "Begin again from new random weights.",
    ),
    Row(
        "try_seeds",
        "Try &seeds…",
        "",
        "",
        "pages",
        "try_seeds",
        "Train this experiment from many first weights, in the background, to see whether it was luck.",
    ),
    Row(
        "sweeps",
        "&Sweeps",
        "",
        "",
        "pages",
        "toggle_sweeps",
        "Try many values of settings, and see which are best.",
    ),
    Row(
        "microscope",
        "&Microscope",
        "microscope",
        "M",
        "pages",
        "toggle_microscope",
        "Follow one example forwards and back, number by number.",
    ),
    Row(
        "runs",
        "R&uns",
        "runs",
        "Ctrl+R",
        "pages",
        "toggle_runs",
        "The runs that were left for others: compare them, open one again.",
    ),
    Row(
        "compare",
        "&Compare",
        "compare",
        "C",
        "pages",
        "toggle_comparison",
        "Let another run train beside this one, in step with it.",
    ),
    Row(
        "show_table",
        "Show as &table",
        "",
        "Ctrl+T",
        "window",
        "show_table",
        "The numbers of the picture that has the keys, as a table.",
    ),
    Row(
        "save_picture",
        "Save as &picture…",
        "",
        "",
        "window",
        "save_picture",
        "The picture that has the keys as a file, PNG or SVG.",
    ),
    Row(
        "save_growth",
        "Save the &growth…",
        "",
        "",
        "growing",
        "save_growth",
        "How the boundary has grown so far, as a picture that moves.",
    ),
    Row("history", "&History…", "", "", "window", "show_history", "How much memory the run's past may take."),
    Row(
        "landscape",
        "Loss lan&dscape…",
        "",
        "",
        "window",
        "show_landscape",
        "The loss around the weights of now, on a plane that is cut through them.",
    ),
    Row(
        "find_rate",
        "&Find a learning rate…",
        "",
        "",
        "window",
        "show_rate_finder",
        "Try rising learning rates on a copy of the run, and see where the loss falls and where it turns.",
    ),
    Row("larger_text", "&Larger text", "", "", "window", "toggle_larger_text", "Larger text, for a projector."),
    Row("reset_layout", "&Reset layout", "", "", "window", "reset_layout", "Put all cards back in their places."),
    Row("help", "&Keyboard and help", "", "F1", "window", "show_help", "All keys on one sheet."),
    Row("whats_this", "&What's this?", "", "Shift+F1", "window", "ask_whats_this", "Click on what you wonder about."),
    Row("about", "&About NN Studio", "", "", "window", "show_about", "Version and licences."),
)

CHECKABLE = frozenset({"larger_text", "microscope", "runs", "compare", "sweeps"})
TINTS = {"play": "on_accent", "export": "accent"}
"""The colours of icons on buttons that are coloured themselves."""


class Actions(QObject):
    """The QActions of all rows, by name. They follow the session: Play turns into Pause, Undo greys out."""

    def __init__(self, run: Session, past: QObject, files: QObject, window: QObject) -> None:
        super().__init__(window)
        self._run = run
        self._targets: dict[str, QObject] = {"run": run, "past": past, "files": files, "window": window}
        self._actions: dict[str, QAction] = {}
        self._rows = {row.name: row for row in ROWS}
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
        for row in ROWS:
            self._actions[row.name] = self._group.addAction(_action(row))
        self._group.triggered.connect(self._triggered)
        run.playing_changed.connect(self._show_playing)
        run.history_changed.connect(self._show_history)
        self._show_playing(run.playing)
        self._show_history()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def lead_to(self, target: str, what: QObject) -> None:
        """Rows with this target call its methods."""
        self._targets[target] = what

    def _triggered(self, action: QAction) -> None:
        row = self._rows[action.objectName()]
        getattr(self._targets[row.target], row.method)()

    def _show_playing(self, playing: bool) -> None:
        play = self._actions["play"]
        play.setText("&Pause" if playing else "&Play")
        play.setIcon(icon("pause" if playing else "play", "on_accent"))

    def _show_history(self) -> None:
        for name, step in (("undo", self._run.undo_label), ("redo", self._run.redo_label)):
            row, action = self._rows[name], self._actions[name]
            action.setEnabled(bool(step))
            action.setText(f"{row.text} {step}" if step else row.text)
            action.setToolTip(f"{row.tip} ({keys_of(row)})")


def keys_of(row: Row) -> str:
    """The keys as they are written on a keyboard: Shift+→."""
    text = QKeySequence(row.keys).toString(QKeySequence.SequenceFormat.NativeText)
    return text.replace("Right", "→").replace("Left", "←")


def _action(row: Row) -> QAction:
    action = QAction(row.text)
    action.setObjectName(row.name)
    action.setIconText(ICON_GAP + row.text.replace("&", ""))
    action.setCheckable(row.name in CHECKABLE)
    action.setAutoRepeat(row.repeats)
    if row.icon:
        action.setIcon(icon(row.icon, TINTS.get(row.name, "text")))
    action.setIconVisibleInMenu(False)
    if row.keys:
        action.setShortcut(QKeySequence(row.keys))
    action.setToolTip(f"{row.tip} ({keys_of(row)})" if row.keys else row.tip)
    action.setStatusTip(row.tip)
    action.setWhatsThis(ACTIONS[row.name].html(row.text.replace("&", ""), row.tip))
    return action
