"""A run: training that somebody watches, pauses, takes back.

Read `run` (what a command means), `observe` and `frame` (pictures), `timeline` (the past), and last `worker`, the
thread that turns it all.
"""
