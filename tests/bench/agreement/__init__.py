"""Benchmark of the agreement measures against the packages that others use."""
