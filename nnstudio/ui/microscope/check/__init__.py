"""A learner's own calculation: fields, what was said of them, what stays hidden."""
