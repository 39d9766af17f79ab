"""Training: from a mini-batch to a better network.

Read `trainer` first: one update in its five steps. `losses`, `optimizers`, `schedules` and `stopping` are what the
steps are made of; `evaluation` and `history` keep the record.
"""
