"""The mathematics, the rules of training, and the thread that turns them. NumPy and the standard library alone.

`textbook` is the mathematics alone, as plain NumPy: who wants to understand backpropagation begins there. The engine
is read in this order: `experiment` (what was asked), `data` (what is learned from), `network` (what learns),
`training` (how), `run` (training that somebody watches, edits and takes back). `presets` are experiments to begin with.
"""
