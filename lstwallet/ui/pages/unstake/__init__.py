"""The unstake room: the queue beside the market, and the tickets."""
