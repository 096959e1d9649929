"""Views in plain words, for spreadsheets, Datasette and whoever writes SQL: what was used, from whom, when."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MONTH = {"sqlite": "strftime('%Y-%m', use.used_on)", "postgresql": "to_char(use.used_on, 'YYYY-MM')"}
BY_PARTY = """
    SELECT party.name AS {word}, {month} AS month, count(*) AS uses, count(DISTINCT use.article_id) AS articles
    FROM use
    JOIN credit_party ON credit_party.credit_id = use.credit_id AND credit_party.role = '{word}'
    JOIN party ON party.id = credit_party.party_id
    GROUP BY party.name, {month}
"""
VIEWS = {
    "use_in_words": """
    SELECT use.id AS use_id, use.used_on, use.publication, article.source, article.url, article.headline,
        use.position, caption.text AS caption, credit.line AS credit_line, supplier.name AS supplier,
        credit.marks, credit.license, use.printings
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
    "supplier_usage_by_month": BY_PARTY.replace("{word}", "supplier"),
    "agency_usage_by_month": BY_PARTY.replace("{word}", "agency"),
    "creator_usage_by_month": BY_PARTY.replace("{word}", "creator"),
    "unread_sources": """
    SELECT ingest_failure.source, ingest_failure.reason, max(ingest_run.started) AS last_tried
    FROM ingest_failure
    JOIN ingest_run ON ingest_run.id = ingest_failure.run_id
    LEFT JOIN article ON article.source = ingest_failure.source
    WHERE article.id IS NULL
    GROUP BY ingest_failure.source, ingest_failure.reason
""",
}


def upgrade() -> None:
    month = MONTH[op.get_bind().dialect.name]
    for name, query in VIEWS.items():
        op.get_bind().exec_driver_sql(f"CREATE VIEW {name} AS {query.replace('{month}', month)}")


def downgrade() -> None:
    for name in reversed(VIEWS):
        op.execute(f"DROP VIEW {name}")
