"""How good the first hits are: queries and documents judged by reading, and what measures rankings by them (README.md)."""
