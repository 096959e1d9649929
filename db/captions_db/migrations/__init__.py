"""The steps from one schema to the next, for Alembic: ``versions/NNNN_what.py``, run by ``captions_db.schema``."""
