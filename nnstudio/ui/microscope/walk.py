"""Where a walk through one update stops: phase by phase, layer by layer, unit by unit, term by term."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from nnstudio.core.training.phases import Phase


class Grain(Enum):
    """How large a step is."""

    LAYER = "Layer"
    UNIT = "Unit"
    TERM = "Term"


PHASES = Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the walk: of which layer, counted from the first, which unit is worked out, and how many of its terms.

    layer: None in the phase of the loss; unit: None for all units of the layer at once; term: None for all terms
    """

    phase: Phase
    layer: int | None = None
    unit: int | None = None
    term: int | None = None


@dataclass(frozen=True, slots=True)
class Outlined:
    """What a walk needs to know of a layer: how many units it has, how many terms each of their sums, forward and
    backward, and whether it learns anything."""

    units: int
    forward: int
    backward: int
    learns: bool


class Walk:
    """All stops in order, and where one stands; `here` is a place in `stops`."""

    def __init__(self, layers: Sequence[Outlined], grain: Grain) -> None:
        self.layers, self.grain = tuple(layers), grain
        self.stops = tuple(stop for phase in PHASES for stop in self._stops(phase))
        self.here = 0
        self._phases: dict[Phase, list[int]] = {phase: [] for phase in PHASES}
        self._last: dict[tuple[Phase, int | None, int | None], int] = {}
        self._whole: dict[tuple[Phase, int | None], int] = {}
        for place, stop in enumerate(self.stops):
            self._phases[stop.phase].append(place)
            self._last[stop.phase, stop.layer, stop.unit] = self._whole[stop.phase, stop.layer] = place

    @property
    def stop(self) -> Stop:
        """Where one stands."""
        return self.stops[self.here]

    def go(self, by: int) -> bool:
        """So many stops on; whether there was any way to go."""
        before, self.here = self.here, min(max(self.here + by, 0), len(self.stops) - 1)
        return self.here != before

    def of_phase(self, phase: Phase) -> list[int]:
        """The places of a phase's stops."""
        return self._phases[phase]

    def to_phase(self, phase: Phase) -> None:
        """To the first stop of a phase; what lies before it is worked out by that."""
        self.here = self.of_phase(phase)[0]

    def to_end(self, last: bool) -> None:
        """To the last, or the first, stop of the phase of now."""
        self.here = self.of_phase(self.stop.phase)[-1 if last else 0]

    def to_unit(self, layer: int, unit: int) -> None:
        """To a unit, keeping the phase; of the loss, or where the phase passes the layer by, stay."""
        places = [
            place
            for place in self.of_phase(self.stop.phase)
            if self.stops[place].layer == layer and self.stops[place].unit in (unit, None)
        ]
        if places:
            self.here = places[-1]

    def along(self, by: int) -> None:
        """To the next unit of this phase, or the one before, whatever the grain."""
        units: list[tuple[int, int]] = []
        for place in self.of_phase(self.stop.phase):
            stop = self.stops[place]
            if stop.layer is not None and stop.unit is not None and (stop.layer, stop.unit) not in units:
                units.append((stop.layer, stop.unit))
        here = [place for place, unit in enumerate(units) if unit == (self.stop.layer, self.stop.unit)]
        if here:
            self.to_unit(*units[(here[0] + by) % len(units)])

    def regrained(self, grain: Grain) -> "Walk":
        """The same walk in other steps, as near as can be to where this one stands."""
        other, stop = Walk(self.layers, grain), self.stop
        places = other.of_phase(stop.phase)
        fitting = [place for place in places if other.stops[place].layer == stop.layer]
        units = [place for place in fitting if stop.unit is not None and other.stops[place].unit == stop.unit]
        other.here = (units or fitting or places)[-1 if units else 0]
        return other

    def worked_out(self, phase: Phase, layer: int | None = None, unit: int | None = None) -> bool:
        """Whether this has been computed at the stop of now: all terms of the unit, or of all units of the layer."""
        places = [self._last.get((phase, layer, unit)), self._last.get((phase, layer, None))]
        if unit is None:
            places = [self._whole.get((phase, layer))]
        return max((place for place in places if place is not None), default=len(self.stops)) <= self.here

    def _stops(self, phase: Phase) -> list[Stop]:
        if phase is Phase.LOSS:
            return [Stop(phase)]
        order = [*range(len(self.layers))]
        if phase is Phase.BACKWARD:
            order.reverse()
        if phase is Phase.UPDATE:
            order = [layer for layer in order if self.layers[layer].learns]
        if self.grain is Grain.LAYER:
            return [Stop(phase, layer) for layer in order]
        units = [(layer, unit) for layer in order for unit in range(self.layers[layer].units)]
        if self.grain is Grain.UNIT or phase is Phase.UPDATE:
            return [Stop(phase, layer, unit) for layer, unit in units]
        stops: list[Stop] = []
        for layer, unit in units:
            count = self.layers[layer].forward if phase is Phase.FORWARD else self.layers[layer].backward
            stops += [Stop(phase, layer, unit, term) for term in range(1, count + 1)]
        return stops
