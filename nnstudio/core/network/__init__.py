"""The network: layers over one flat vector of parameters.

Read `layers.layer` (what a layer is), `layers.dense`, `activations`, `initializers`, then `network`, the stack of them,
`layout` (where each of their arrays lies in the flat vectors), and `model`, what a trained one is for those who read
it. `layer_edits` leads from one stack to the next.
"""
