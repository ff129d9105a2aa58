"""The stake room: with a pool or natively, wrapping, and validators of one's own."""
