"""Somebody's own images, from a folder to the experiment, as `own_table` takes in a table: `draft` holds what is known,
`sentences` puts it into words that can be changed, `class_rows` shows some images of each class.
"""
