"""Alembic revisions: every schema change, from the first one on (E-2.2)."""
