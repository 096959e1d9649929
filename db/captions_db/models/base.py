"""What all tables share: one list of them, apart from others that a program may have made with SQLModel."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel


class Base(SQLModel):
    """Holds the store's tables, and gives their constraints and indexes names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


METADATA: MetaData = Base.metadata
