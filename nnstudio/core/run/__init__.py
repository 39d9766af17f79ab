"""A run: training that somebody watches, pauses, takes back.

Read `commands` (what may be asked, and how it is answered), `run` (what each means), `goals` (what a run is on its way
to), `timeline` (the past that can be replayed) and `left_behind` (what Undo goes back to), `observe` and `frame`
(pictures), and last `worker`, the thread that turns it all.
"""
