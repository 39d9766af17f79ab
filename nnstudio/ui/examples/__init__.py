"""Pictures and fields that examples are chosen in, and how an example, its truth and an answer are put in words.

They show what they are given: the output card gives them the run as it is now, the microscope the state that it holds.
"""
