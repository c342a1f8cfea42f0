"""The store: tables, column types, the engine, and one file a subject."""

from sqlalchemy import Connection, Engine, Row  # all of SQLAlchemy that the rest of the house may name

__all__ = ["Connection", "Engine", "Row"]
