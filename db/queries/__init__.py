"""Reading: questions to the store, and the frozen rows that answer them. Nothing here changes anything."""

from db.queries.find import FoundUse, FoundUses, find
from db.queries.listings import ArticleRow, PartyRow, articles, parties, run_summaries
from db.queries.usage import GROUPS, UsageRow, UsageTable, agency_usage
from db.queries.uses import AuditRow, StoredArticle, article_text, use_by_id, uses_for_audit

__all__ = [
    "GROUPS",
    "ArticleRow",
    "AuditRow",
    "FoundUse",
    "FoundUses",
    "PartyRow",
    "StoredArticle",
    "UsageRow",
    "UsageTable",
    "agency_usage",
    "article_text",
    "articles",
    "find",
    "parties",
    "run_summaries",
    "use_by_id",
    "uses_for_audit",
]
