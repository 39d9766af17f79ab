"""The network: layers over one flat vector of parameters.

Read `layers.layer` (what a layer is), `layers.dense`, `activations`, `initializers`, then `network`, the stack of them,
and `model`, what a trained one is for those who read it. `layer_edits` leads from one stack to the next.
"""
