"""Views of the first schema for reports, Datasette and SQL."""

from __future__ import annotations

_MONTH = {"sqlite": "strftime('%Y-%m', use.used_on)", "postgresql": "to_char(use.used_on, 'YYYY-MM')"}
_BY_PARTY = """
    SELECT party.name AS {word}, {month} AS month, count(*) AS uses, count(DISTINCT use.article_id) AS articles
    FROM use
    JOIN credit_party ON credit_party.credit_id = use.credit_id AND credit_party.role = '{word}'
    JOIN party ON party.id = credit_party.party_id
    GROUP BY party.name, {month}
"""
_VIEWS = {
    "use_in_words": """
    SELECT use.id AS use_id, use.used_on, use.publication, article.source, article.url, article.headline,
        use.position, caption.text AS caption, credit.line AS credit_line, supplier.name AS supplier,
        credit.qualifiers, credit.license, use.occurrences
    FROM use
    JOIN article ON article.id = use.article_id
    LEFT JOIN caption ON caption.id = use.caption_id
    LEFT JOIN credit ON credit.id = use.credit_id
    LEFT JOIN party AS supplier ON supplier.id = credit.supplier_id
""",
    "uncredited_uses": """
    SELECT use.id AS use_id, use.used_on, use.publication, article.source, article.url, article.headline,
        use.position, caption.text AS caption
    FROM use
    JOIN article ON article.id = use.article_id
    LEFT JOIN caption ON caption.id = use.caption_id
    WHERE use.credit_id IS NULL
""",
    "uses_without_supplier": """
    SELECT use.id AS use_id, use.used_on, use.publication, article.source, article.url, article.headline,
        use.position, caption.text AS caption, credit.line AS credit_line
    FROM use
    JOIN article ON article.id = use.article_id
    JOIN credit ON credit.id = use.credit_id
    LEFT JOIN caption ON caption.id = use.caption_id
    WHERE credit.supplier_id IS NULL
""",
    "supplier_usage_by_month": _BY_PARTY.replace("{word}", "supplier"),
    "agency_usage_by_month": _BY_PARTY.replace("{word}", "agency"),
    "creator_usage_by_month": _BY_PARTY.replace("{word}", "creator"),
    "unread_sources": """
    SELECT ingest_failure.source, ingest_failure.reason, max(ingest_run.started) AS last_tried
    FROM ingest_failure
    JOIN ingest_run ON ingest_run.id = ingest_failure.run_id
    LEFT JOIN article ON article.source = ingest_failure.source
    WHERE article.id IS NULL
    GROUP BY ingest_failure.source, ingest_failure.reason
""",
}

STATEMENTS = {
    dialect: tuple(f"CREATE VIEW {name} AS {query.replace('{month}', month)}" for name, query in _VIEWS.items())
    for dialect, month in _MONTH.items()
}
"""The statements that create the views, by dialect."""
