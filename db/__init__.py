"""The store: what was read, kept to be counted, audited and searched. Knows nothing of ``captions``.

``open_store`` gives an engine; the functions of ``db.store`` write with it, those of ``db.queries`` read::

    engine = db.open_store("captions.db", create=True)
    run = db.start_run(engine, "0.1.0")
    db.write_articles(engine, run, [db.ArticleRecord("a.txt", "5f1c", uses=(...,))])
    print(db.finish_run(engine, run).new)
    print(db.agency_usage(engine, by=("supplier", "month"), limit=10).rows)
"""

from db.agreements import AgreementRecord, Stored, add_agreements, agreement, agreements, end_agreement
from db.clearing import (
    Corrected,
    UseKey,
    WaiverRecord,
    add_corrections,
    add_waivers,
    caption_digest,
    lines_in_use,
    undo_correction,
    undo_waiver,
    use_keys,
    waivers,
)
from db.corrections import CorrectionRecord, corrections
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
    use_by_id,
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
    "AgreementRecord",
    "ArticleRecord",
    "ArticleRow",
    "AuditRow",
    "BatchCounts",
    "Corrected",
    "CorrectionRecord",
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
    "Stored",
    "StoredArticle",
    "UnknownSchemeError",
    "UnusableStoreError",
    "UsageRow",
    "UsageTable",
    "UseKey",
    "UseRecord",
    "WaiverRecord",
    "add_agreements",
    "add_corrections",
    "add_waivers",
    "agency_usage",
    "agreement",
    "agreements",
    "article_text",
    "articles",
    "caption_digest",
    "corrections",
    "end_agreement",
    "find",
    "finish_run",
    "known_hashes",
    "lines_in_use",
    "open_store",
    "parties",
    "register_parties",
    "run_summaries",
    "start_run",
    "undo_correction",
    "undo_waiver",
    "upgrade_store",
    "use_by_id",
    "use_keys",
    "uses_for_audit",
    "waivers",
    "write_articles",
]
