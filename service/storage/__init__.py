"""All SQL and nothing else: one typed function a query, a thin driver for each engine, numbered migrations."""
