"""What we publish about speed, each figure as a ratio to a yardstick taken in turn with it: `python -m benchmarks`."""
