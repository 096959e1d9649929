"""Show in view use_in_words who is credited, the pictures, the language, how sure the reading is, and inexact dates."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_JOINED = {
    "sqlite": "SELECT group_concat(value, '; ') FROM (SELECT {value} AS value FROM {rows} ORDER BY {place})",
    "postgresql": "SELECT string_agg({value}, '; ' ORDER BY {place}) FROM {rows}",
}
_PARTIES = """credit_party JOIN party ON party.id = credit_party.party_id
        WHERE credit_party.credit_id = use.credit_id AND credit_party.role = '{role}'"""
_VIEW = """
    CREATE VIEW use_in_words AS
    SELECT use.id AS use_id, use.used_on, article.published_in, use.publication, article.source, article.url,
        article.headline, article.language, use.position, caption.text AS caption, credit.line AS credit_line,
        supplier.name AS supplier, ({creators}) AS creators, ({agencies}) AS agencies, credit.qualifiers,
        credit.restrictions, credit.copyright_notice, credit.license, credit.rule, credit.confidence,
        ({pictures}) AS pictures, use.occurrences
    FROM use
    JOIN article ON article.id = use.article_id
    LEFT JOIN caption ON caption.id = use.caption_id
    LEFT JOIN credit ON credit.id = use.credit_id
    LEFT JOIN party AS supplier ON supplier.id = credit.supplier_id
"""
_BEFORE = """
    CREATE VIEW use_in_words AS
    SELECT use.id AS use_id, use.used_on, use.publication, article.source, article.url, article.headline,
        use.position, caption.text AS caption, credit.line AS credit_line, supplier.name AS supplier,
        credit.qualifiers, credit.license, use.occurrences
    FROM use
    JOIN article ON article.id = use.article_id
    LEFT JOIN caption ON caption.id = use.caption_id
    LEFT JOIN credit ON credit.id = use.credit_id
    LEFT JOIN party AS supplier ON supplier.id = credit.supplier_id
"""


def upgrade() -> None:
    joined = _JOINED[op.get_bind().dialect.name]
    parties = {
        name: joined.format(value="party.name", rows=_PARTIES.format(role=role), place="credit_party.place")
        for name, role in (("creators", "creator"), ("agencies", "agency"))
    }
    rows = "use_image WHERE use_image.use_id = use.id"
    pictures = joined.format(value="use_image.address", rows=rows, place="use_image.place")
    op.execute("DROP VIEW use_in_words")
    op.execute(_VIEW.format(**parties, pictures=pictures))


def downgrade() -> None:
    op.execute("DROP VIEW use_in_words")
    op.execute(_BEFORE)
