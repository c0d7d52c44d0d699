"""The meanings of documents: one row of numbers for each id, in one mapped file beside the index, and the nearest of them."""
