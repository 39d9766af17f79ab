"""Seeds and sweeps: many runs at once."""

from nnstudio.ui.explanations.explanation import HERE, Explanation

_HALVING = "Jamieson & Talwalkar 2016, Non-stochastic Best Arm Identification and Hyperparameter Optimization."
_RANDOM = "Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization."
_LUCK = "Bouthillier et al. 2021, Accounting for Variance in Machine Learning Benchmarks."

SWEEPS = {
    "curves": Explanation(
        "The loss of each run over its updates, and at each update their median: as many runs lie above it as below.",
        "Seeds that end at 0.1, 0.2 and 0.9 have the median 0.2, whatever becomes of the worst.",
        _LUCK,
    ),
    "result": Explanation(
        "Every mark is one run: across the value of its setting, up its result. The larger marks are medians over the "
        "seeds of a candidate, joined where only the setting across differs.",
        "Rates 0.003, 0.01 and 0.03 with 5 seeds each: 15 small marks and 3 large ones.",
        _LUCK,
    ),
    "table": Explanation(
        "One row for each combination of settings, best median first; a click on a head sorts by it. The best of many "
        "seeds is luck, the median is not.",
        "Learned 3/5: in 3 of its 5 runs the rule of the experiment was met at the end.",
        _LUCK,
    ),
    "seeds": Explanation(
        "Each run begins with other random first weights and another order of examples; all else is the same.",
        "The XOR truth table through 2 hidden units is learned from 21 of 100 seeds, through 4 from 62.",
        _LUCK,
    ),
    "settings": Explanation(
        "a, b, c is each of these; a..b is drawn at random between them, by powers of ten where that suits the "
        "setting. All lists together make a grid.",
        "Learning rate 0.001..0.1 and optimiser sgd, adam in 40 runs: 20 random rates with each of the 2.",
        _RANDOM,
    ),
    "runs": Explanation(
        "How many runs there are altogether. Of a grid fewer runs are drawn at random; more than it has there are not.",
        "200 runs of 5 seeds are 40 combinations of settings.",
        _RANDOM,
    ),
    "length": Explanation(
        "Each run ends after so many updates, or earlier where a rule of the experiment is met.",
        "250 training points in batches of 10: 1000 updates are 40 epochs.",
    ),
    "halving": Explanation(
        "Successive halving: at shares of the length all candidates wait for each other, and the worse half stops. "
        "What stops early has come less far, and is never ahead of what did not.",
        "40 candidates, at 25 % and 50 % of the length: 40, then 20, then 10 go on.",
        _HALVING,
    ),
    "where": Explanation(
        "On this computer each core but one has a process of its own, so that the window keeps its pace. On a cluster "
        "every worker takes jobs; what a lost one had in hand is done again, to the same bits.",
        "A scheduler at tcp://192.168.0.5:8786 with 8 workers does 8 runs at once.",
        "Rocklin 2015, Dask: Parallel Computation with Blocked Algorithms and Task Scheduling.",
    ),
    "sweep": Explanation(
        "Every result is in the folder of its sweep as soon as it is made; a sweep that was stopped, however it was "
        "stopped, goes on where it was.",
        "Closed at 63 of 120 runs, opened and gone on: 57 are left.",
        HERE,
    ),
    "name": Explanation(
        "What a sweep is called lies in its folder, whatever project is open. One that is deleted leaves the list, and "
        "stops if it is under way; Undo brings it back, to be gone on with. Its files are removed a month later.",
        "Deleted at 63 of 120 runs and brought back, it goes on: 57 are left.",
        HERE,
    ),
    "open": Explanation(
        "The run with its weights, its curves and its settings comes into the window, as if it had been trained here. "
        "Undo brings back what was there.",
        "Run 17 of a sweep, opened at update 20 000, goes on to 20 001: the same bits.",
        HERE,
    ),
    "csv": Explanation(
        "One row for each run: settings, seed, how it ended, all figures to the last bit.",
        "200 runs make 200 rows and a head.",
        HERE,
    ),
}
"""By the name of the control."""
