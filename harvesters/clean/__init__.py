"""A value as sources write it -> the value as we keep it, or None. No guessing, no network."""
