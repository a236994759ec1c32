"""The pages of reviewers, under /duyet: what could not be answered, and how it comes to be."""
