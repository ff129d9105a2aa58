"""World and events → frozen rows and series that a screen or a CSV needs."""
