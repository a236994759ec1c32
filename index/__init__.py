"""Passages, encoder, FAISS and lexical index; build, save, load."""
