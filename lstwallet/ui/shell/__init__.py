"""What surrounds every room: the rail, the top bar, the time bar, the first and the sad page."""
