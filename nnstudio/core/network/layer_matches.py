"""Which layers of one stack are which of another, where nobody has said so: the longest common subsequence."""

from dataclasses import replace
from functools import cache

from nnstudio.core.experiment import LayerSpec


def matches(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> tuple[tuple[int, int], ...]:
    """Pairs (place in new, place in old) of layers of the same kind, in the order of both: as many as there can be that
    are equal but for the key, then as many as there can be, then rather those at the front."""

    @cache
    def best(here: int, there: int) -> tuple[int, int, tuple[tuple[int, int], ...]]:
        """From these places on: how many pairs are equal, how many there are, and which."""
        if here == len(new) or there == len(old):
            return 0, 0, ()
        ways = [best(here + 1, there), best(here, there + 1)]
        if type(new[here]) is type(old[there]):
            equals, pairs, rest = best(here + 1, there + 1)
            equal = replace(new[here], key=0) == replace(old[there], key=0)
            ways.insert(0, (equals + equal, pairs + 1, ((here, there), *rest)))
        return max(ways, key=lambda way: way[:2])

    return best(0, 0)[2]
