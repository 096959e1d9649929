"""Store the findings of audits, with what settles them, and show them in views."""

import sqlalchemy as sa
from alembic import op

from captions_db.column_types import Text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TODAY = {"sqlite": "date('now', 'localtime')", "postgresql": "CURRENT_DATE"}
_DAYS = {
    "sqlite": "CAST(julianday('now') - julianday(stored_audit.audited) AS INTEGER)",
    "postgresql": "CAST(floor(extract(epoch FROM now() - stored_audit.audited) / 86400) AS INTEGER)",
}
_STATE = """
        CASE
            WHEN stored_finding.use_id IS NOT NULL AND use.id IS NULL THEN 'outdated'
            WHEN stored_finding.settled_by IS NOT NULL
                AND (stored_finding.settled_until IS NULL OR stored_finding.settled_until >= {today}) THEN 'settled'
            WHEN stored_finding.outdated_since IS NOT NULL OR stored_decision.outdated_since IS NOT NULL
                THEN 'may be outdated'
            ELSE 'open'
        END"""
_FINDINGS = """
    CREATE VIEW finding_in_words AS
    SELECT stored_finding.id AS finding_id, stored_decision.code, stored_decision.severity, stored_finding.message,
        stored_decision.key AS decision, {state} AS state, stored_finding.settled_by, stored_finding.settled_at,
        coalesce(stored_finding.outdated_since, stored_decision.outdated_since) AS outdated_since,
        coalesce(stored_finding.outdated_by, stored_decision.outdated_by) AS outdated_by,
        use.id AS use_id, stored_finding.source, use.position, use.used_on, use.publication, caption.text AS caption,
        credit.line AS credit_line, coalesce(supplier.name, stored_finding.supplier) AS supplier,
        stored_audit.question, stored_audit.audited, {days} AS days_old, stored_audit.version
    FROM stored_finding
    JOIN stored_decision ON stored_decision.id = stored_finding.decision_id
    JOIN stored_audit ON stored_audit.id = stored_decision.audit_id
    LEFT JOIN use ON use.id = stored_finding.use_id
    LEFT JOIN caption ON caption.id = use.caption_id
    LEFT JOIN credit ON credit.id = use.credit_id
    LEFT JOIN party AS supplier ON supplier.id = use.supplier_id
"""
_DECISIONS = """
    CREATE VIEW open_findings_by_decision AS
    SELECT * FROM (
    SELECT stored_decision.audit_id, stored_decision.place, stored_decision.severity, stored_decision.code,
        stored_decision.message, stored_decision.about, stored_decision.cost,
        CASE
            WHEN stored_decision.settled_until < {today} THEN (
                SELECT count(*) FROM stored_finding LEFT JOIN use ON use.id = stored_finding.use_id
                WHERE stored_finding.decision_id = stored_decision.id
                    AND (stored_finding.use_id IS NULL OR use.id IS NOT NULL)
                    AND (stored_finding.settled_by IS NULL OR stored_finding.settled_until < {today})
            )
            ELSE stored_decision.open
        END AS open_findings,
        stored_decision.findings, stored_decision.uses, stored_decision.articles, stored_decision.example,
        stored_decision.command, stored_decision.key AS decision, stored_decision.outdated_since,
        stored_decision.outdated_by, stored_audit.question, stored_audit.audited, {days} AS days_old,
        stored_audit.version
    FROM stored_decision
    JOIN stored_audit ON stored_audit.id = stored_decision.audit_id
    WHERE stored_decision.open > 0 OR stored_decision.settled_until < {today}
    ) AS decision WHERE open_findings > 0
"""


def upgrade() -> None:
    _create_tables()
    op.create_index(op.f("ix_stored_decision_audit_id_place"), "stored_decision", ["audit_id", "place"], unique=True)
    op.create_index(op.f("ix_stored_finding_decision_id"), "stored_finding", ["decision_id"])
    op.create_index(op.f("ix_stored_finding_use_id"), "stored_finding", ["use_id"])
    dialect = op.get_bind().dialect.name
    words = {"today": _TODAY[dialect], "days": _DAYS[dialect]}
    op.execute(_FINDINGS.format(**words, state=_STATE.format(**words)))
    op.execute(_DECISIONS.format(**words))


def _create_tables() -> None:
    op.create_table(
        "stored_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question", Text(), nullable=False),
        sa.Column("audited", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", Text(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_audit")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "stored_decision",
        sa.Column("outdated_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outdated_by", Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("key", Text(), nullable=False),
        sa.Column("code", Text(), nullable=False),
        sa.Column("severity", Text(), nullable=False),
        sa.Column("message", Text(), nullable=False),
        sa.Column("about", Text(), nullable=False),
        sa.Column("supplier", Text(), nullable=True),
        sa.Column("command", Text(), nullable=False),
        sa.Column("on_terms", sa.Boolean(), nullable=False),
        sa.Column("cost", Text(), nullable=False),
        sa.Column("costs", Text(), nullable=False),
        sa.Column("unpriced", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("example", Text(), nullable=False),
        sa.Column("example_use", sa.Integer(), nullable=True),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("settled_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["stored_audit.id"], name=op.f("fk_stored_decision_audit_id_stored_audit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_decision")),
    )
    op.create_table(
        "stored_finding",
        sa.Column("outdated_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outdated_by", Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.Integer(), nullable=True),
        sa.Column("source", Text(), nullable=False),
        sa.Column("supplier", Text(), nullable=True),
        sa.Column("message", Text(), nullable=False),
        sa.Column("settled_by", Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["stored_decision.id"], name=op.f("fk_stored_finding_decision_id_stored_decision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_finding")),
    )


def downgrade() -> None:
    op.execute("DROP VIEW open_findings_by_decision")
    op.execute("DROP VIEW finding_in_words")
    for name in ("stored_finding", "stored_decision", "stored_audit"):
        op.drop_table(name)
