"""Reads: files become documents, documents become passages."""

from ingest.read import read

__all__ = ["read"]
