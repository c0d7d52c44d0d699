"""People and institutions, made up for benchmarks and tests."""
