"""The first room: what needs attention, net worth, positions, yield, what is on its way out."""
