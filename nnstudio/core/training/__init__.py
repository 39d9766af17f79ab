"""Training: from a mini-batch to a better network.

Read `trainer` first: one update in its five steps. `batches`, `losses`, `penalty`, `clipping`, `optimizers` and
`schedules` are what the steps are made of; `agenda` says when to look how good the network is, `measures` looks,
`history` keeps the record, `stopping` decides on it. Then `state`, the whole of a run as one value, and `transfer`,
what an edit keeps of it. `signs`, `diagnosis` and `remedies` say why a network does not learn and what to try;
`gradient_check` holds the gradients up to the light.
"""
