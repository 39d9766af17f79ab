"""Somebody's own table, from a file to the experiment: what was read, what was decided, and every decision as a word
that can be changed.

Read `draft`: it holds what is known and asks the same reader and the same `Survey` as the command line. `sentences`
puts it into words, each with the wishes that a click on it makes; `dialog` shows it all.
"""
