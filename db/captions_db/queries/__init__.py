"""Read-only queries, and the frozen rows that they return."""

from captions_db.queries.changes import ChangeRow, ChangeTable, usage_changes
from captions_db.queries.date_spans import CreditLine, DateSpan, count_spans, lines_of, suppliers_in_use
from captions_db.queries.filters import agencies_named, creators_named
from captions_db.queries.found_filters import FoundFilters, PictureFilter
from captions_db.queries.listings import ArticleRow, PartyRow, articles, names_starting, parties, run_summaries
from captions_db.queries.search import FoundUse, FoundUses, UsesBeingFound, find, finding
from captions_db.queries.usage import GROUPS, UsageRow, UsageTable, agency_usage, by_uses
from captions_db.queries.uses import (
    AuditRow,
    StoredArticle,
    article_by_id,
    article_text,
    use_by_id,
    uses_after,
    uses_by_ids,
    uses_for_audit,
)
from captions_db.queries.views import VIEWS, view_rows

__all__ = [
    "GROUPS",
    "VIEWS",
    "ArticleRow",
    "AuditRow",
    "ChangeRow",
    "ChangeTable",
    "CreditLine",
    "DateSpan",
    "FoundFilters",
    "FoundUse",
    "FoundUses",
    "PartyRow",
    "PictureFilter",
    "StoredArticle",
    "UsageRow",
    "UsageTable",
    "UsesBeingFound",
    "agencies_named",
    "agency_usage",
    "article_by_id",
    "article_text",
    "articles",
    "by_uses",
    "count_spans",
    "creators_named",
    "find",
    "finding",
    "lines_of",
    "names_starting",
    "parties",
    "run_summaries",
    "suppliers_in_use",
    "usage_changes",
    "use_by_id",
    "uses_after",
    "uses_by_ids",
    "uses_for_audit",
    "view_rows",
]
