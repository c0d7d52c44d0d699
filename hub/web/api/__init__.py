"""REST API v1: each operation is declared once; route, checks and the OpenAPI document come from that."""
