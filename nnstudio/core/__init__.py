"""The mathematics, the rules of training, and the thread that turns them. NumPy and the standard library alone.

Read it in this order: `experiment` (what was asked), `data` (what is learned from), `network` (what learns),
`training` (how), `run` (training that somebody watches). `presets` are experiments to begin with.
"""
