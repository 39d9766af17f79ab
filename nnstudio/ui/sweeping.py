"""Many runs at once, beside the one in the window: the seeds of its experiment, and sweeps.

What trains them is the background; what is opened of them comes into the window like a preset, and Undo takes it back.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from nnstudio.core.counting import counted
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment
from nnstudio.core.shelf.rows import Label, ShelvedSeeds
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.sweep.datasets import own_data
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.training.state import RunState
from nnstudio.files.errors import FileError
from nnstudio.files.project import load_project
from nnstudio.files.results_csv import export_results
from nnstudio.files.sweep_folder import SweepFolder
from nnstudio.files.sweep_library import (
    ASKED,
    KEPT_DAYS,
    LONGEST_NAME,
    bring_back,
    clear_away,
    new_sweep_folder,
    sweeps_in,
    throw_away,
    user_sweeps_folder,
)
from nnstudio.ui.desk import Desk
from nnstudio.ui.session import Session
from nnstudio.ui.shelving import rooted
from nnstudio.ui.sweep_queue import SweepQueue, SweepWork
from nnstudio.ui.sweeps.new_sweep import NewSweep
from nnstudio.ui.sweeps.page import SweepsPage
from nnstudio.ui.sweeps.record import SweepRecord
from nnstudio.ui.sweeps.seeds_window import Seeds, SeedsWindow
from nnstudio.ui.sweeps.where_card import OwnData
from nnstudio.ui.widgets.banner import Banner, Tone


class Sweeping(QObject):
    """background: what is under way; seeds: the window of the seeds, made when it is first asked for
    page: of the sweeps, in the place of `cards` while it is open; its bar stands in the place of what stands around
    folder: where sweeps are kept

    opens: the page is about to take the place of whatever stands there; changed: whether it is open
    """

    opens = Signal()
    changed = Signal(bool)

    def __init__(
        self, session: Session, cards: Desk, around: Sequence[QWidget], banner: Banner, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._banner, self._window = session, banner, window
        self._cards, self._around = cards, around
        self.folder = user_sweeps_folder()
        self.background = SweepQueue(self)
        self.seeds: SeedsWindow | None = None
        self._records: list[SweepRecord] = []
        self.page = SweepsPage()
        self.page.hide()
        self.page.bar.closed.connect(self.hide)
        self.page.bar.csv_wanted.connect(self._save_csv)
        self.page.new_wanted.connect(self.ask_for_new)
        self.page.go_on_wanted.connect(self._go_on)
        self.page.run_wanted.connect(self._open_run)
        self.page.list.renamed.connect(self.rename)
        self.page.list.delete_wanted.connect(self.delete)

    # The page.

    @property
    def is_open(self) -> bool:
        """Whether the sweeps are in the place of the cards."""
        return not self.page.isHidden()

    def toggle(self) -> None:
        """The sweeps, or the cards again."""
        if self.is_open:
            self.hide()
        else:
            self.opens.emit()
            self._find()
            self._show(True)
            self.page.setFocus()

    def hide(self) -> None:
        """The cards come back; what is under way goes on."""
        if self.is_open:
            self._show(False)
            self._cards.setFocus()

    def close(self) -> None:
        """The window closes: what is under way is cancelled, what is in stays in its folder."""
        if self.seeds is not None:
            self.seeds.close()
        self.page.boundaries.forget()
        self.background.finish()
        clear_away(self.folder)

    def _show(self, sweeps: bool) -> None:
        for widget in (self._cards, *self._around):
            widget.setHidden(sweeps)
        for widget in (self.page, self.page.bar):
            widget.setVisible(sweeps)
        self.changed.emit(sweeps)

    def _find(self) -> None:
        """Those that are in the folder, newest first; another program may have made some."""
        known = {record.path: record for record in self._records}
        paths = sweeps_in(self.folder)
        begun = [record for record in self._records if not (record.path / ASKED).exists()]  # with nothing on disk yet
        self._records = [*begun, *(known.get(path) or SweepRecord(path, parent=self) for path in paths)]
        self.page.show_records(self._records)

    # Sweeps.

    def ask_for_new(self) -> None:
        """Ask which settings are to be varied, and how."""
        found = self._current()
        if found is None:
            self._tell("There is no network yet. Wait a moment and try again.", Tone.BAD)
            return
        dialog = NewSweep(found[0], self._window)
        dialog.asked.connect(self.begin)
        dialog.open()

    def begin(self, spec: SweepSpec) -> None:
        """Train all of this, into a folder of its own."""
        record = SweepRecord(self.folder, spec, self)
        record.path = new_sweep_folder(self.folder, record.title, datetime.now())
        self._records.insert(0, record)
        self._go_on(record)
        self.page.show_records(self._records)
        self.page.show_record(record)

    def _go_on(self, record: SweepRecord) -> None:
        if record.spec is None:
            return
        workers = self.page.where.opener(self._own(record.spec))
        work = SweepWork(record.spec, partial(SweepFolder, record.path, record.spec), workers)
        record.go_on(self.background, work, self.page.where.words)

    def _own(self, spec: SweepSpec) -> OwnData:
        """A table of somebody's own, which no process could make from its name: the one at hand, or read anew."""
        found = self._current()
        at_hand = found[1] if found is not None else None
        return lambda: own_data([trial.experiment.dataset for trial in spec.trials], self._session.images, at_hand)

    def _open_run(self, record: SweepRecord, number: int) -> None:
        path = record.project(number)
        if path is None:
            self._tell("This run has no weights to open: it could not be trained, or its file is gone.", Tone.BAD)
            return
        try:
            state = load_project(path).state
        except FileError as error:
            self._tell(str(error), Tone.BAD)
            return
        if state is not None:
            self._open(state, f"Run {number + 1} of {record.title}")
            self.hide()

    # What can be done to one; Undo takes it back.

    def rename(self, record: SweepRecord, name: str) -> None:
        """Call it so; an empty name gives it back the one that it had by itself."""
        before, title, name = record.name, record.title, " ".join(name.split())[:LONGEST_NAME]
        if name in (before, title):
            return

        def act(forth: bool) -> bool:
            return self._done(lambda: record.call(name if forth else before))

        if act(True):
            self._session.shelving.step_beside(f"Rename {title}", act)

    def delete(self, record: SweepRecord) -> None:
        """Throw it away, and stop it if it is under way; its files stay for a month."""

        def act(forth: bool) -> bool:
            done = self._done(lambda: (throw_away if forth else bring_back)(record.path))
            if done:
                self._records = [each for each in self._records if each is not record] + [record] * (not forth)
                self._find()
            return done

        if act(True):
            record.cancel()
            self._session.shelving.step_beside(f"Delete {record.title}", act)
            self._tell(f"{record.title} is deleted. Undo brings it back; its files are removed in {KEPT_DAYS} days.")

    def _done(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except FileError as error:
            self._tell(str(error), Tone.BAD)
            return False
        return True

    def _save_csv(self) -> None:
        record = self.page.record
        if record is None or record.spec is None:
            return
        start = str(Path.home() / "results.csv")
        name, _ = QFileDialog.getSaveFileName(self._window, "Save results", start, "Comma separated (*.csv)")
        if name:
            self.save_csv(record, Path(name))

    def save_csv(self, record: SweepRecord, path: Path) -> None:
        """Write all figures of this sweep there."""
        assert record.spec is not None
        try:
            export_results(path, record.axes, record.spec.trials, record.lasts())
        except FileError as error:
            self._tell(str(error), Tone.BAD)
        else:
            self._tell(f"Saved {counted(record.made, 'run')} to {path.name}.")

    # Seeds.

    def try_seeds(self) -> None:
        """Offer to train the experiment at hand from many first weights, or show how that goes."""
        if self.seeds is None:
            self.seeds = SeedsWindow(self.background, self._current, self._window)
            self.seeds.run_opened.connect(self._open)
            self.seeds.told.connect(self._tell)
            self.seeds.settled.connect(self._shelve)
            self.seeds.arrived.connect(partial(self._session.viewers.again, self.seeds))
            self._session.viewers.attach(self.seeds)
        self.seeds.offer()

    def _shelve(self, seeds: Seeds) -> None:
        """One row on the shelf for all of them."""

        def row(shelf: Shelf) -> ShelvedSeeds:
            label = Label(shelf.free_key, counted(len(seeds.results), "seed"), parent=shelf.present.key)
            return ShelvedSeeds(label, seeds.experiment, seeds.rule, seeds.results, seeds.states)

        self._session.shelving.put(row, f"Try {counted(len(seeds.results), 'seed')}")

    # The window.

    def _current(self) -> tuple[Experiment, Dataset] | None:
        """The experiment at hand and its data, if they are there."""
        experiment, frame = self._session.experiment, self._session.frame
        if frame is None or self._session.loading or frame.dataset.spec != experiment.dataset:
            return None
        return experiment, frame.dataset

    def _open(self, state: RunState, label: str) -> None:
        self._session.begin(state.experiment, label, state, shelve=rooted(label))

    def _tell(self, sentence: str, tone: Tone = Tone.GOOD) -> None:
        self._banner.announce(tone, sentence)
