"""Kill every process of a hub at random instants, then look whether anything was lost or doubled."""
