"""How good it is: cases, measures, benchmarks, reports."""
