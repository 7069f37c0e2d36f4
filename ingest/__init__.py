"""Reads: files become documents, documents become passages."""
