"""How well doubles are found: pairs judged by reading, and a command that compares the rule with them."""
