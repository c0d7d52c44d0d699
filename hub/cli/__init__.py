"""The command line: one module a noun. Each command reads its words, calls one service, commits, and prints."""
