"""What there is to learn from: points of the plane, images, tables of somebody's own; split and scaled.

Read `examples` (raw, with the truth), `recipe` (what is done to them before the network), then `dataset`, which puts
them together. `plane`, `images` and `table` are the three domains; `classes` and `regression` draw points of the plane,
`sketched_digits` images.
"""
