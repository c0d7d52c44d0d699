"""The verbs: what can be done with the catalogue. Functions that take a session and say what they did; the edge commits."""
