"""Texts in, unit vectors out: what search by meaning asks of a language model, and the one that we use when it is installed."""
