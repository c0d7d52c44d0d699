"""Bytes in, records out: how a public source of courses is asked and read. Knows no Flask, no database, no settings."""
