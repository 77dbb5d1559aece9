"""The outermost ring: the cycle, Prefect, people and the outside world."""
