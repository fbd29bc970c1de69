"""How good the call is, from what was counted: nothing here changes the call.

`e_model` is the score people would give, `loss_runs` counts losses by their length,
`accounting` gives every packet one fate. Notebook: 05-latency, 06-loss.
"""
