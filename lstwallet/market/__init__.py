"""Where outside numbers come from: prices, flows, history; and the driver of time.

Floats stop here: what leaves this layer is integers inside commands.
"""
