"""Reading: questions to the store, and the frozen rows that answer them. Nothing here changes anything."""

from db.queries.changes import ChangeRow, ChangeTable, usage_changes
from db.queries.find import FoundUse, FoundUses, find
from db.queries.listings import ArticleRow, PartyRow, articles, parties, run_summaries
from db.queries.spans import CreditLine, Span, count_spans, lines_of, suppliers_in_use
from db.queries.usage import GROUPS, UsageRow, UsageTable, agency_usage
from db.queries.uses import AuditRow, StoredArticle, article_text, use_by_id, uses_by_ids, uses_for_audit
from db.queries.views import VIEWS, view_rows

__all__ = [
    "GROUPS",
    "VIEWS",
    "ArticleRow",
    "AuditRow",
    "ChangeRow",
    "ChangeTable",
    "CreditLine",
    "FoundUse",
    "FoundUses",
    "PartyRow",
    "Span",
    "StoredArticle",
    "UsageRow",
    "UsageTable",
    "agency_usage",
    "article_text",
    "articles",
    "count_spans",
    "find",
    "lines_of",
    "parties",
    "run_summaries",
    "suppliers_in_use",
    "usage_changes",
    "use_by_id",
    "uses_by_ids",
    "uses_for_audit",
    "view_rows",
]
