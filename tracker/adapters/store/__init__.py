"""The store: tables, column types, the engine, and one file a subject."""
