"""The network: layers over one flat vector of parameters.

Read `layers.layer` (what a layer is), `layers.dense`, `activations`, `initializers`, then `network`, the stack of them.
"""
