"""Alembic migrations: ``versions/NNNN_subject.py``, run by ``captions_db.schema``."""
