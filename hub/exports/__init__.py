"""A resource -> bytes in a standard that other systems read."""
