"""The law as written: documents, provisions, citations, places, validity."""
