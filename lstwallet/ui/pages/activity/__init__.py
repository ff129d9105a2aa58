"""Activity: one's own history."""
