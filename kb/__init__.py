"""Remembers: catalogue, embeddings, Chroma, lexical index, hybrid search."""

from kb.base import Base, default_folder, open_base

__all__ = ["Base", "default_folder", "open_base"]
