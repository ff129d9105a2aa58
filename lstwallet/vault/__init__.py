"""Keys of profiles: made, wrapped in slots, kept twice, taken out again. Knows no database."""
