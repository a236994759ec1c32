"""The officials' side: what binds where, measures, references, duties, dates, and what goes into a report."""
