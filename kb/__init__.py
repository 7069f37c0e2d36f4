"""Remembers: catalogue, embeddings, Chroma, lexical index, hybrid search."""
