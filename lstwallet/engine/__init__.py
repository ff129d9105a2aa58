"""What can happen: one World, commands that are decided, events that are facts."""
