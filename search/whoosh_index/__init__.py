"""The embedded engine: a Whoosh index with an own codec whose arrays are mapped from disk and searched by numpy (docs/search.md)."""
