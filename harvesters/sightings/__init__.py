"""One module a kind of source: what to ask near an address, and whether an answer looks like this kind. Pure, and raises nothing."""
