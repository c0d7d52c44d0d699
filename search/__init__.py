"""Documents in, hits out: the index of the catalogue. Knows no Flask, no database, no settings."""
