"""The microscope: one example forwards and back through the live network, number by number.

`Walk` says which stops there are, `Sheet` what stands on the card of a unit at one of them; neither knows Qt. The rest
draws them: the bar with its line of phases, the network with the unfolded unit, and the cards below.
"""
