"""Many runs at once: other seeds of an experiment, other values of its settings.

Read `job` first: an experiment in, figures and the final state out, to the same bits wherever it is made. `learned`
says what counts as a success, `curve` what is kept of the curves, `datasets` where the data are. `axis` reads the
values of one setting from a text, `space` puts axes and seeds together to trials. `sweep` has the trials made by
whatever `concurrent.futures.Executor` its `workers` open, and `results` keeps what comes in; `ranking` says who is
ahead.
"""
