"""The steps from one schema to the next, for Alembic: ``versions/NNNN_what.py``, run by ``db.upgrade``."""
