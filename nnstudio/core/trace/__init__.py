"""Every number of one update, in 64 bits and one by one: for whoever follows an example forwards and back.

`Held` is one state of a run with the mini-batch that comes next; `Way` is what passes through the network and back;
`update_rows` is the step that follows, term by term. All of it is made from copies, by the textbook: the run goes on
untouched.
"""
