"""One SQLite file per profile: a journal of events with a hash chain, and what follows from it."""
