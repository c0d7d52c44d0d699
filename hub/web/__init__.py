"""The site: what a visitor sees."""
