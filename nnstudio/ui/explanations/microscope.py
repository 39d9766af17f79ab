"""What stands on the page of the microscope."""

from nnstudio.ui.explanations.explanation import Explanation

_RUMELHART = "Rumelhart, Hinton & Williams 1986, Learning Representations by Back-Propagating Errors."
_LECUN = "LeCun et al. 1989, Backpropagation Applied to Handwritten Zip Code Recognition."

_KIM = "Kim, Reinecke & Hullman 2017, Explaining the Gap: Visualizing One's Predictions Improves Recall."
_BISRA = "Bisra et al. 2018, Inducing Self-Explanation: a Meta-Analysis, g = 0.55 over 69 effects."
_MAZUR = "Crouch, Fagen, Callan & Mazur 2004, Classroom Demonstrations: Learning Tools or Entertainment?"

MICROSCOPE = {
    "One step back": Explanation(
        "The step before in the order of computing: forward, loss, backward, update.",
        "From h₂ forward it is 1 step back to h₁.",
        _RUMELHART,
    ),
    "One step on": Explanation(
        "The next step in the order of computing; what comes later is not computed yet, which is not 0.",
        "Behind the last of 3 neurons and the output comes the loss.",
        _RUMELHART,
    ),
    "Wave": Explanation(
        "Plays the steps as they follow from each other, forwards and back.",
        "10 steps of XOR take 6 seconds.",
        _RUMELHART,
    ),
    "take the newest": Explanation(
        "The microscope holds one state while training goes on; this holds the state of now.",
        "It holds update 30, and the run is at 575.",
        "a copy of this program's run.",
    ),
    "Do this update": Explanation(
        "The run makes the update that was followed here, w ← w − η · g, and the next one is held.",
        "Update 31 was held; then 0.780 has become 0.777 in the run as well.",
        _RUMELHART,
    ),
    "Numerical check": Explanation(
        "Every derivative is the slope between two losses nearby: (L(w + ε) − L(w − ε)) / 2ε. Where backpropagation is "
        "right, both agree to many digits.",
        "L is 0.472013 at w + ε and 0.472011 at w − ε, ε is 0.00001: the quotient is 0.1.",
        "Goodfellow, Bengio & Courville 2016, Deep Learning, chapter 11.5.",
    ),
    "Cards": Explanation(
        "What stands below the network: there is room for one of these cards at a time here.",
        "Gradient shows ∂L/∂w of 1 example beside the mini-batch's mean, Update what w becomes by it.",
        _RUMELHART,
    ),
    "Predict": Explanation(
        "Before a step shows its number, you say what it will be; then come the gap and the question why.",
        "You say a₁ will be 0.5, it is 0.939: a gap of 0.44.",
        _KIM,
    ),
    "Check": Explanation(
        "The numbers are hidden and you type them; each is judged by the digits you type, and a known slip is named.",
        "0,94 is right for 0.939; 0.362 for 0.868 is named: the bias 0.506 is missing.",
        "Moreno, Reisslein & Ozogul 2009, Optimizing Worked-Example Instruction in Electrical Engineering.",
    ),
    "Answer": Explanation(
        "A number, a fraction, a power of e, or products and sums of these; with a point or a comma.",
        "0.25, 0,25, 1/4, 2.5e-1 and e^-1.386 are all right for 0.25.",
        "the rule of significant digits: the last one typed may be off by half.",
    ),
    "Another hint": Explanation(
        "One more place to look at, never the number itself.",
        "After 1 wrong try: what was forgotten; then the rule z = Σ w · x + b.",
        "Bisra et al. 2018, Inducing Self-Explanation: a Meta-Analysis.",
    ),
    "Show this step": Explanation(
        "The same step with the numbers of another unit; yours is still to be found.",
        "z₁ = 1 · 0.643 + 1 · 0.757 + 0.332 = 1.732, while z₂ stays open.",
        "Atkinson, Renkl & Merrill 2003, Transitioning From Studying Examples to Solving Problems.",
    ),
    "Show it": Explanation(
        "The answer of this step; it counts as shown, not as found.",
        "After three wrong tries z₂ = 0.868 is shown, and a₂ can be calculated.",
        "Moreno, Reisslein & Ozogul 2009, Optimizing Worked-Example Instruction in Electrical Engineering.",
    ),
    "Give me these": Explanation(
        "Shows the numbers that this step is made of, so that you can begin here; they count as shown.",
        "ŷ is made of h₁ and h₂: with both given, z of the output is 0.5 · 0.94 + 0.3 · 0.7.",
        "Renkl & Atkinson 2003, Structuring the Transition From Example Study to Problem Solving.",
    ),
    "Close the microscope": Explanation(
        "The cards come back; the run was never touched.",
        "Its next 100 updates are the same to the bit as without a look.",
        "a test of this program.",
    ),
    "Grid of numbers": Explanation(
        "A small matrix, cell by cell: blue is positive, orange negative; the same cell is ringed in all of them.",
        "A patch of ink .84 times a weight of .44 is a product of .37.",
        _LECUN,
    ),
    "Window on the image": Explanation(
        "The window of a convolution or a pool sees k × k pixels; it slides over all places with the same kernel.",
        "A window of 5 × 5 has 24 × 24 places on an image of 28 × 28.",
        _LECUN,
    ),
    "Maps of this layer": Explanation(
        "What one kernel answers at every place is its map; a layer makes one map for each kernel.",
        "6 kernels make 6 maps of 24 × 24 answers.",
        _LECUN,
    ),
    "Channel": Explanation(
        "z = Σ over all channels of patch × kernel, + b; one channel is shown at a time.",
        "With 6 maps before it, a kernel of 3 × 3 has 54 weights.",
        _LECUN,
    ),
    "more": Explanation(
        "Long sums show their 8 largest products; the others are in the table, the largest first.",
        "25 products: 8 rows, and + 17 more.",
        "a convention of this program.",
    ),
    "Pooling: who won": Explanation(
        "a = max of the window; on the way back ∂L/∂x = ∂L/∂a for the winner, and 0 for all others.",
        "Of .94, .92, .30 and .21 the first wins: it gets all of the error.",
        "Zhou & Chellappa 1988, Computation of Optical Flow Using a Neural Network.",
    ),
    "one or batch": Explanation(
        "One example, whose numbers can be followed one by one; or the means over the mini-batch, with a dot for each "
        "example, above 24 of them for each tenth and the extremes.",
        "Of 4 examples with a = 0.1, 0.2, 0.2 and 0.5 the mean is 0.25.",
        "Goodfellow, Bengio & Courville 2016, Deep Learning, chapter 8.1.3.",
    ),
    "Hardest": Explanation(
        "The example of this split that costs most in the held state; pressed again, the one behind it.",
        "A share of 0.01 for the right class costs −ln 0.01 = 4.6.",
    ),
    "Draw one": Explanation(
        "A drawing becomes an example of no split, saved nowhere: scaled and centred as the data set does it.",
        "A digit 150 high is drawn 20 high, a factor of 0.133.",
        "LeCun, Bottou, Bengio & Haffner 1998, Gradient-Based Learning Applied to Document Recognition.",
    ),
    "All inputs": Explanation(
        "Of more than eight inputs the first eight are listed, and the others when asked for.",
        "Of 30 inputs 22 are folded.",
    ),
}
"""By the name of the button."""

PREDICT = {
    "Where the number will be": Explanation(
        "The ends are those of f, or as large as the numbers of this network are; the mark is your guess.",
        "tanh lies between −1 and 1; a mark at −0.5 says that the unit will be moderately negative.",
        _KIM,
    ),
    "Gap between guess and number": Explanation(
        "gap = |number − guess|: the longer, the more there is to explain.",
        "|0.939 − 0.5| = 0.44.",
        _KIM,
    ),
    "Guess": Explanation(
        "The sign or the order of a number is worth a guess before its size.",
        "Both weights are negative and both inputs are 1: the sum may well be below 0.",
        _KIM,
    ),
    "Show it": Explanation(
        "Takes the step. A number that was predicted is remembered better than one that was only watched.",
        "You said 0.5, it is 0.939.",
        _MAZUR,
    ),
    "I do not know": Explanation(
        "Takes the step without a guess; the question why is asked all the same.",
        "a₁ is 0.939. Why?",
        _KIM,
    ),
    "Cause": Explanation(
        "One of the three holds, and the numbers say which; so does the reason that is given for each.",
        "The bias of 0.332 alone does not do it: without it z would still be 1.400.",
        _BISRA,
    ),
}
"""What stands on the card Predict first."""
