"""Many runs at once, in the place of the cards: which sweeps there are, and what came out of each.

`record` is a sweep as the window knows it, `families` puts its candidates into a few groups with a colour and a mark
each. `result_picture` and `curves` draw them, `results_table` lists them; `page` puts it all together. `new_sweep` asks
for one, `seeds_window` for the seeds of the experiment at hand. What trains is `ui.sweep_queue`.
"""
