"""A small world of sources on this machine: courses of invented institutions, served in the formats of real sources."""
