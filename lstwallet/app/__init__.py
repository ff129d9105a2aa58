"""Sessions, profiles, settings, lessons: all that a window or a command line drives. No Qt."""
