"""An example of a kind of source in a package of its own."""
