"""The store: what was read, kept to be counted, audited and searched. Knows nothing of ``captions``.

``open_store`` gives an engine; the functions of ``db.store`` write with it, those of ``db.queries`` read::

    engine = db.open_store("captions.db", create=True)
    run = db.start_run(engine, "0.1.0")
    db.write_articles(engine, run, [db.ArticleRecord("a.txt", "5f1c", uses=(...,))])
    print(db.finish_run(engine, run).new)
    print(db.agency_usage(engine, by=("supplier", "month"), limit=10).rows)
"""

from db.errors import (
    FullStoreError,
    LockedStoreError,
    MissingStoreError,
    NewerStoreError,
    NotAStoreError,
    OlderStoreError,
    ReadOnlyStoreError,
    StoreError,
    UnknownSchemeError,
    UnusableStoreError,
)
from db.queries import (
    GROUPS,
    ArticleRow,
    AuditRow,
    FoundUse,
    FoundUses,
    PartyRow,
    StoredArticle,
    UsageRow,
    UsageTable,
    agency_usage,
    article_text,
    articles,
    find,
    parties,
    run_summaries,
    uses_for_audit,
)
from db.records import (
    ArticleRecord,
    BatchCounts,
    CreditRecord,
    Failure,
    PartyRecord,
    RunSummary,
    UseRecord,
)
from db.session import open_store, upgrade_store
from db.store import finish_run, known_hashes, register_parties, start_run, write_articles

__all__ = [
    "GROUPS",
    "ArticleRecord",
    "ArticleRow",
    "AuditRow",
    "BatchCounts",
    "CreditRecord",
    "Failure",
    "FoundUse",
    "FoundUses",
    "FullStoreError",
    "LockedStoreError",
    "MissingStoreError",
    "NewerStoreError",
    "NotAStoreError",
    "OlderStoreError",
    "PartyRecord",
    "PartyRow",
    "ReadOnlyStoreError",
    "RunSummary",
    "StoreError",
    "StoredArticle",
    "UnknownSchemeError",
    "UnusableStoreError",
    "UsageRow",
    "UsageTable",
    "UseRecord",
    "agency_usage",
    "article_text",
    "articles",
    "find",
    "finish_run",
    "known_hashes",
    "open_store",
    "parties",
    "register_parties",
    "run_summaries",
    "start_run",
    "upgrade_store",
    "uses_for_audit",
    "write_articles",
]
