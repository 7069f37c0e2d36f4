"""Judges: datasets, measures, runs, reports, benchmarks."""
