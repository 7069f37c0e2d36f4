"""The judges: datasets, measures, runs, reports. Nothing here needs a key or a network."""
