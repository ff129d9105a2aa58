"""Golden replays: what the real contracts returned, against what this project computes."""
