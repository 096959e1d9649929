CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE ingest_failure (
	id INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_ingest_failure PRIMARY KEY (id), 
	CONSTRAINT fk_ingest_failure_run_id_ingest_run FOREIGN KEY(run_id) REFERENCES ingest_run (id)
);

CREATE INDEX ix_ingest_failure_run_id ON ingest_failure (run_id);

CREATE TABLE caption (
	id INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	match_key TEXT NOT NULL, 
	key_number BIGINT, 
	text TEXT NOT NULL, 
	search_text TEXT NOT NULL, 
	CONSTRAINT pk_caption PRIMARY KEY (id), 
	CONSTRAINT uq_caption_digest UNIQUE (digest)
);

CREATE INDEX ix_caption_key_number ON caption (key_number);

CREATE TABLE party (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name_key TEXT NOT NULL, 
	CONSTRAINT pk_party PRIMARY KEY (id), 
	CONSTRAINT ck_party_kind CHECK (kind IN ('creator', 'agency')), 
	CONSTRAINT uq_party_name_kind UNIQUE (name, kind)
);

CREATE INDEX ix_party_name_key ON party (name_key);

CREATE TABLE party_alias (
	party_id INTEGER NOT NULL, 
	alias TEXT NOT NULL, 
	alias_key TEXT NOT NULL, 
	CONSTRAINT pk_party_alias PRIMARY KEY (party_id, alias), 
	CONSTRAINT fk_party_alias_party_id_party FOREIGN KEY(party_id) REFERENCES party (id)
)
 WITHOUT ROWID

;

CREATE INDEX ix_party_alias_alias_key ON party_alias (alias_key);

CREATE TABLE credit (
	id INTEGER NOT NULL, 
	line_digest TEXT NOT NULL, 
	line TEXT NOT NULL, 
	supplier_id INTEGER, 
	qualifiers TEXT NOT NULL, 
	restrictions TEXT NOT NULL, 
	copyright_notice TEXT, 
	license TEXT, 
	license_url TEXT, 
	licensor_url TEXT, 
	rule TEXT NOT NULL, 
	confidence FLOAT NOT NULL, 
	version TEXT NOT NULL, 
	reading TEXT NOT NULL, 
	parsed TEXT, 
	search_text TEXT NOT NULL, 
	CONSTRAINT pk_credit PRIMARY KEY (id), 
	CONSTRAINT fk_credit_supplier_id_party FOREIGN KEY(supplier_id) REFERENCES party (id), 
	CONSTRAINT uq_credit_line_digest UNIQUE (line_digest)
);

CREATE INDEX ix_credit_supplier_id ON credit (supplier_id);

CREATE TABLE credit_party (
	credit_id INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	place INTEGER NOT NULL, 
	party_id INTEGER NOT NULL, 
	CONSTRAINT pk_credit_party PRIMARY KEY (credit_id, role, place), 
	CONSTRAINT ck_credit_party_role CHECK (role IN ('creator', 'agency', 'supplier')), 
	CONSTRAINT fk_credit_party_credit_id_credit FOREIGN KEY(credit_id) REFERENCES credit (id), 
	CONSTRAINT fk_credit_party_party_id_party FOREIGN KEY(party_id) REFERENCES party (id)
)
 WITHOUT ROWID

;

CREATE UNIQUE INDEX ix_credit_party_party_id_role_credit_id ON credit_party (party_id, role, credit_id);

CREATE TABLE use (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	article_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	caption_id INTEGER, 
	credit_id INTEGER, 
	structured_credit_id INTEGER, 
	supplier_id INTEGER, 
	occurrences INTEGER NOT NULL, 
	places TEXT NOT NULL, 
	used_on DATE, 
	publication TEXT, 
	rule TEXT NOT NULL, 
	CONSTRAINT fk_use_article_id_article FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT fk_use_caption_id_caption FOREIGN KEY(caption_id) REFERENCES caption (id), 
	CONSTRAINT fk_use_credit_id_credit FOREIGN KEY(credit_id) REFERENCES credit (id), 
	CONSTRAINT fk_use_supplier_id_party FOREIGN KEY(supplier_id) REFERENCES party (id), 
	CONSTRAINT fk_use_structured_credit_id_credit FOREIGN KEY(structured_credit_id) REFERENCES credit (id), 
	CONSTRAINT uq_use_article_id_position UNIQUE (article_id, position)
);

CREATE INDEX ix_use_caption_id_credit_id ON use (caption_id, credit_id);

CREATE INDEX ix_use_credit_id_used_on_publication_article_id ON use (credit_id, used_on, publication, article_id);

CREATE INDEX ix_use_publication_supplier_id_used_on ON use (publication, supplier_id, used_on);

CREATE INDEX ix_use_supplier_id_used_on_publication_article_id ON use (supplier_id, used_on, publication, article_id);

CREATE INDEX ix_use_structured_credit_id ON use (structured_credit_id);

CREATE INDEX ix_use_used_on_publication_article_id_credit_id ON use (used_on, publication, article_id, credit_id);

CREATE TABLE use_image (
	use_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	CONSTRAINT pk_use_image PRIMARY KEY (use_id, place), 
	CONSTRAINT fk_use_image_use_id_use FOREIGN KEY(use_id) REFERENCES use (id)
)
 WITHOUT ROWID

;

CREATE TABLE agreement (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	party_id INTEGER NOT NULL, 
	applies_to TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	starts DATE, 
	ends DATE, 
	scopes TEXT NOT NULL, 
	territories TEXT NOT NULL, 
	excluded TEXT NOT NULL, 
	below BOOLEAN NOT NULL, 
	quota INTEGER, 
	quota_period TEXT, 
	price TEXT, 
	currency TEXT, 
	requires TEXT, 
	note TEXT, 
	added DATETIME NOT NULL, 
	ended DATETIME, 
	end_reason TEXT, 
	added_by TEXT, 
	ended_by TEXT, 
	undone DATETIME, 
	undone_by TEXT, 
	undone_reason TEXT, quota_days INTEGER, 
	CONSTRAINT ck_agreement_kind CHECK (kind IN ('flat', 'per-use', 'staff', 'free')), 
	CONSTRAINT ck_agreement_quota_period CHECK (quota_period IN ('month', 'quarter', 'year', 'term')), 
	CONSTRAINT ck_agreement_ends CHECK (ends >= starts), 
	CONSTRAINT ck_agreement_quota CHECK (quota > 0), 
	CONSTRAINT fk_agreement_party_id_party FOREIGN KEY(party_id) REFERENCES party (id)
);

CREATE INDEX ix_agreement_party_id ON agreement (party_id);

CREATE TABLE correction (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	line TEXT NOT NULL, 
	line_digest TEXT NOT NULL, 
	creators TEXT NOT NULL, 
	agencies TEXT NOT NULL, 
	supplier TEXT, 
	qualifiers TEXT NOT NULL, 
	license TEXT, 
	reason TEXT NOT NULL, 
	who TEXT NOT NULL, 
	added DATETIME NOT NULL, 
	undone DATETIME, 
	undone_by TEXT, 
	undone_reason TEXT
);

CREATE INDEX ix_correction_line_digest ON correction (line_digest);

CREATE TABLE waiver (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	code TEXT NOT NULL, 
	supplier TEXT, 
	applies_to TEXT, 
	line TEXT, 
	line_digest TEXT, 
	source TEXT, 
	caption_digest TEXT, 
	reason TEXT NOT NULL, 
	who TEXT NOT NULL, 
	until DATE, 
	added DATETIME NOT NULL, 
	undone DATETIME, 
	undone_by TEXT, 
	undone_reason TEXT
);

CREATE INDEX ix_waiver_code ON waiver (code);

CREATE TABLE image (
	id INTEGER NOT NULL, 
	file_hash TEXT NOT NULL, 
	version TEXT NOT NULL, 
	format TEXT, 
	width INTEGER, 
	height INTEGER, 
	dhash TEXT, 
	phash TEXT, 
	band_1 INTEGER, 
	band_2 INTEGER, 
	band_3 INTEGER, 
	band_4 INTEGER, 
	embedded TEXT NOT NULL, 
	notes TEXT NOT NULL, 
	CONSTRAINT pk_image PRIMARY KEY (id), 
	CONSTRAINT uq_image_file_hash UNIQUE (file_hash)
);

CREATE INDEX ix_image_band_1 ON image (band_1);

CREATE INDEX ix_image_band_2 ON image (band_2);

CREATE INDEX ix_image_band_3 ON image (band_3);

CREATE INDEX ix_image_band_4 ON image (band_4);

CREATE TABLE image_file (
	id INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	image_id INTEGER NOT NULL, 
	CONSTRAINT pk_image_file PRIMARY KEY (id), 
	CONSTRAINT fk_image_file_image_id_image FOREIGN KEY(image_id) REFERENCES image (id), 
	CONSTRAINT uq_image_file_path UNIQUE (path)
);

CREATE INDEX ix_image_file_image_id ON image_file (image_id);

CREATE TABLE image_use (
	image_id INTEGER NOT NULL, 
	use_id INTEGER NOT NULL, 
	how TEXT NOT NULL, 
	CONSTRAINT pk_image_use PRIMARY KEY (image_id, use_id), 
	CONSTRAINT ck_image_use_how CHECK (how IN ('name', 'id', 'caption', 'hash')), 
	CONSTRAINT fk_image_use_image_id_image FOREIGN KEY(image_id) REFERENCES image (id), 
	CONSTRAINT fk_image_use_use_id_use FOREIGN KEY(use_id) REFERENCES use (id)
)
 WITHOUT ROWID

;

CREATE INDEX ix_image_use_use_id ON image_use (use_id);

CREATE TABLE count_change (
	id INTEGER NOT NULL, 
	chain TEXT NOT NULL, 
	agency_id INTEGER NOT NULL, 
	creator_id INTEGER NOT NULL, 
	supplier_id INTEGER NOT NULL, 
	month TEXT NOT NULL, 
	publication TEXT NOT NULL, 
	uses INTEGER NOT NULL, 
	CONSTRAINT pk_count_change PRIMARY KEY (id)
);

CREATE TABLE counted (
	last_use INTEGER NOT NULL, 
	CONSTRAINT pk_counted PRIMARY KEY (last_use)
);

CREATE TABLE uses_by_supplier (
	supplier_id INTEGER NOT NULL, 
	month TEXT NOT NULL, 
	publication TEXT NOT NULL, 
	uses INTEGER NOT NULL, 
	CONSTRAINT pk_uses_by_supplier PRIMARY KEY (supplier_id, month, publication)
)
 WITHOUT ROWID

;

CREATE TABLE uses_by_agency (
	agency_id INTEGER NOT NULL, 
	supplier_id INTEGER NOT NULL, 
	month TEXT NOT NULL, 
	publication TEXT NOT NULL, 
	uses INTEGER NOT NULL, 
	CONSTRAINT pk_uses_by_agency PRIMARY KEY (agency_id, supplier_id, month, publication)
)
 WITHOUT ROWID

;

CREATE TABLE uses_by_creator_and_publication (
	creator_id INTEGER NOT NULL, 
	publication TEXT NOT NULL, 
	uses INTEGER NOT NULL, 
	CONSTRAINT pk_uses_by_creator_and_publication PRIMARY KEY (creator_id, publication)
)
 WITHOUT ROWID

;

CREATE TABLE uses_by_creator_and_supplier (
	creator_id INTEGER NOT NULL, 
	supplier_id INTEGER NOT NULL, 
	uses INTEGER NOT NULL, 
	CONSTRAINT pk_uses_by_creator_and_supplier PRIMARY KEY (creator_id, supplier_id)
)
 WITHOUT ROWID

;

CREATE TABLE uses_by_creator_and_agency (
	creator_id INTEGER NOT NULL, 
	agency_id INTEGER NOT NULL, 
	uses INTEGER NOT NULL, 
	CONSTRAINT pk_uses_by_creator_and_agency PRIMARY KEY (creator_id, agency_id)
)
 WITHOUT ROWID

;

CREATE TABLE uses_by_creator_and_year (
	creator_id INTEGER NOT NULL, 
	year TEXT NOT NULL, 
	uses INTEGER NOT NULL, 
	CONSTRAINT pk_uses_by_creator_and_year PRIMARY KEY (creator_id, year)
)
 WITHOUT ROWID

;

CREATE TABLE uses_by_creator_and_quarter (
	creator_id INTEGER NOT NULL, 
	quarter TEXT NOT NULL, 
	uses INTEGER NOT NULL, 
	CONSTRAINT pk_uses_by_creator_and_quarter PRIMARY KEY (creator_id, quarter)
)
 WITHOUT ROWID

;

CREATE TABLE uses_by_creator_and_month (
	creator_id INTEGER NOT NULL, 
	month TEXT NOT NULL, 
	uses INTEGER NOT NULL, 
	CONSTRAINT pk_uses_by_creator_and_month PRIMARY KEY (creator_id, month)
)
 WITHOUT ROWID

;

CREATE VIEW use_words AS
    SELECT CASE WHEN used_on IS NULL THEN 0 ELSE CAST(julianday(used_on) - 1721424.5 AS INTEGER) END << 32 | use.id AS id, use.id AS use_id,
        coalesce(caption.search_text, '') || ' ' || coalesce(credit.search_text, '') AS words
    FROM use
    LEFT JOIN caption ON caption.id = use.caption_id
    LEFT JOIN credit ON credit.id = use.credit_id;

CREATE VIRTUAL TABLE use_search USING fts5(
        words, content='use_words', content_rowid='id', detail='none', columnsize=0, tokenize='ascii');

CREATE TRIGGER use_search_insert AFTER INSERT ON use BEGIN INSERT INTO use_search (rowid, words) SELECT id, words FROM use_words WHERE use_id = NEW.id; END;

CREATE TRIGGER use_search_delete BEFORE DELETE ON use BEGIN INSERT INTO use_search (use_search, rowid, words) SELECT 'delete', id, words FROM use_words WHERE use_id = OLD.id; END;

CREATE TRIGGER use_search_before BEFORE UPDATE OF id, caption_id, credit_id, used_on ON use
        BEGIN INSERT INTO use_search (use_search, rowid, words) SELECT 'delete', id, words FROM use_words WHERE use_id = OLD.id; END;

CREATE TRIGGER use_search_after AFTER UPDATE OF id, caption_id, credit_id, used_on ON use
        BEGIN INSERT INTO use_search (rowid, words) SELECT id, words FROM use_words WHERE use_id = NEW.id; END;

CREATE TRIGGER caption_search_before BEFORE UPDATE OF search_text ON caption WHEN OLD.search_text IS NOT NEW.search_text
            BEGIN INSERT INTO use_search (use_search, rowid, words) SELECT 'delete', id, words FROM use_words WHERE use_id IN (SELECT id FROM use WHERE caption_id = OLD.id); END;

CREATE TRIGGER caption_search_after AFTER UPDATE OF search_text ON caption WHEN OLD.search_text IS NOT NEW.search_text
            BEGIN INSERT INTO use_search (rowid, words) SELECT id, words FROM use_words WHERE use_id IN (SELECT id FROM use WHERE caption_id = OLD.id); END;

CREATE TRIGGER credit_search_before BEFORE UPDATE OF search_text ON credit WHEN OLD.search_text IS NOT NEW.search_text
            BEGIN INSERT INTO use_search (use_search, rowid, words) SELECT 'delete', id, words FROM use_words WHERE use_id IN (SELECT id FROM use WHERE credit_id = OLD.id); END;

CREATE TRIGGER credit_search_after AFTER UPDATE OF search_text ON credit WHEN OLD.search_text IS NOT NEW.search_text
            BEGIN INSERT INTO use_search (rowid, words) SELECT id, words FROM use_words WHERE use_id IN (SELECT id FROM use WHERE credit_id = OLD.id); END;

CREATE VIEW uncredited_uses AS 
    SELECT use.id AS use_id, use.used_on, use.publication, article.source, article.url, article.headline,
        use.position, caption.text AS caption
    FROM use
    JOIN article ON article.id = use.article_id
    LEFT JOIN caption ON caption.id = use.caption_id
    WHERE use.credit_id IS NULL;

CREATE VIEW uses_without_supplier AS 
    SELECT use.id AS use_id, use.used_on, use.publication, article.source, article.url, article.headline,
        use.position, caption.text AS caption, credit.line AS credit_line
    FROM use
    JOIN article ON article.id = use.article_id
    JOIN credit ON credit.id = use.credit_id
    LEFT JOIN caption ON caption.id = use.caption_id
    WHERE credit.supplier_id IS NULL;

CREATE VIEW supplier_usage_by_month AS 
    SELECT party.name AS supplier, strftime('%Y-%m', use.used_on) AS month, count(*) AS uses, count(DISTINCT use.article_id) AS articles
    FROM use
    JOIN credit_party ON credit_party.credit_id = use.credit_id AND credit_party.role = 'supplier'
    JOIN party ON party.id = credit_party.party_id
    GROUP BY party.name, strftime('%Y-%m', use.used_on);

CREATE VIEW agency_usage_by_month AS 
    SELECT party.name AS agency, strftime('%Y-%m', use.used_on) AS month, count(*) AS uses, count(DISTINCT use.article_id) AS articles
    FROM use
    JOIN credit_party ON credit_party.credit_id = use.credit_id AND credit_party.role = 'agency'
    JOIN party ON party.id = credit_party.party_id
    GROUP BY party.name, strftime('%Y-%m', use.used_on);

CREATE VIEW creator_usage_by_month AS 
    SELECT party.name AS creator, strftime('%Y-%m', use.used_on) AS month, count(*) AS uses, count(DISTINCT use.article_id) AS articles
    FROM use
    JOIN credit_party ON credit_party.credit_id = use.credit_id AND credit_party.role = 'creator'
    JOIN party ON party.id = credit_party.party_id
    GROUP BY party.name, strftime('%Y-%m', use.used_on);

CREATE TABLE place (
	source TEXT NOT NULL, 
	article_id INTEGER NOT NULL, 
	content_hash TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	content_key TEXT NOT NULL, 
	rank TEXT NOT NULL, 
	outdated BOOLEAN NOT NULL, 
	first_run INTEGER, 
	changed_run INTEGER, 
	last_run INTEGER, 
	CONSTRAINT pk_place PRIMARY KEY (source), 
	CONSTRAINT fk_place_article_id_article FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT fk_place_first_run_ingest_run FOREIGN KEY(first_run) REFERENCES ingest_run (id), 
	CONSTRAINT fk_place_changed_run_ingest_run FOREIGN KEY(changed_run) REFERENCES ingest_run (id), 
	CONSTRAINT fk_place_last_run_ingest_run FOREIGN KEY(last_run) REFERENCES ingest_run (id)
)
 WITHOUT ROWID

;

CREATE INDEX ix_place_article_id ON place (article_id);

CREATE INDEX ix_place_content_key ON place (content_key);

CREATE TABLE "article" (
	id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	url TEXT, 
	headline TEXT, 
	publication TEXT, 
	published DATE, 
	language TEXT, 
	text TEXT NOT NULL, 
	run_id INTEGER, 
	near BOOLEAN, 
	identity TEXT NOT NULL, 
	rank TEXT NOT NULL, published_in TEXT, publication_read TEXT, 
	CONSTRAINT pk_article PRIMARY KEY (id), 
	CONSTRAINT fk_article_run_id_ingest_run FOREIGN KEY(run_id) REFERENCES ingest_run (id), 
	CONSTRAINT uq_article_identity UNIQUE (identity)
);

CREATE INDEX ix_article_near ON article (id) WHERE near IS NOT 0;

CREATE INDEX ix_article_url ON article (url);

CREATE INDEX ix_article_run_id ON article (run_id);

CREATE INDEX ix_article_source ON article (source);

CREATE TABLE "ingest_run" (
	id INTEGER NOT NULL, 
	started DATETIME NOT NULL, 
	finished DATETIME, 
	version TEXT NOT NULL, 
	new INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	unchanged INTEGER NOT NULL, 
	failed INTEGER NOT NULL, 
	elsewhere INTEGER NOT NULL, publication TEXT, 
	CONSTRAINT pk_ingest_run PRIMARY KEY (id)
);

CREATE VIEW unread_sources AS
    SELECT ingest_failure.source, ingest_failure.reason, max(ingest_run.started) AS last_tried
    FROM ingest_failure
    JOIN ingest_run ON ingest_run.id = ingest_failure.run_id
    LEFT JOIN place ON place.source = ingest_failure.source
    WHERE place.source IS NULL
    GROUP BY ingest_failure.source, ingest_failure.reason;

CREATE TABLE forgotten (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	source TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	url TEXT, 
	headline TEXT, 
	uses INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	who TEXT NOT NULL, 
	added DATETIME NOT NULL, 
	undone DATETIME, 
	undone_by TEXT, 
	undone_reason TEXT
);

CREATE INDEX ix_article_publication_read ON article (publication_read);

CREATE TABLE publication_spelling (
	name TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	CONSTRAINT pk_publication_spelling PRIMARY KEY (name)
)
 WITHOUT ROWID

;

CREATE INDEX ix_publication_spelling_key ON publication_spelling ("key");

CREATE TABLE "party_merge" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	merged_into TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	who TEXT NOT NULL, 
	added DATETIME NOT NULL, 
	undone DATETIME, 
	undone_by TEXT, 
	undone_reason TEXT, 
	kind TEXT NOT NULL, 
	CONSTRAINT ck_party_merge_kind CHECK (kind IN ('agency', 'creator', 'publication'))
);

CREATE INDEX ix_party_merge_name ON party_merge (name);

CREATE TABLE uncaptioned_picture (
	article_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	alt TEXT NOT NULL, 
	CONSTRAINT pk_uncaptioned_picture PRIMARY KEY (article_id, place), 
	CONSTRAINT fk_uncaptioned_picture_article_id_article FOREIGN KEY(article_id) REFERENCES article (id)
)
 WITHOUT ROWID

;

CREATE TABLE license (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	invoice TEXT NOT NULL, 
	starts DATE, 
	ends DATE, 
	scopes TEXT NOT NULL, 
	territories TEXT NOT NULL, 
	archive_years INTEGER, 
	price TEXT, 
	currency TEXT, 
	address TEXT, 
	asset TEXT, 
	file_hash TEXT, 
	dhash TEXT, 
	phash TEXT, 
	caption TEXT, 
	caption_key TEXT, 
	note TEXT, 
	added DATETIME NOT NULL, 
	added_by TEXT, 
	undone DATETIME, 
	undone_by TEXT, 
	undone_reason TEXT, 
	CONSTRAINT ck_license_ends CHECK (ends >= starts)
);

CREATE VIEW use_in_words AS
    SELECT use.id AS use_id, use.used_on, article.published_in, use.publication, article.source, article.url,
        article.headline, article.language, use.position, caption.text AS caption, credit.line AS credit_line,
        supplier.name AS supplier, (SELECT group_concat(value, '; ') FROM (SELECT party.name AS value FROM credit_party JOIN party ON party.id = credit_party.party_id
        WHERE credit_party.credit_id = use.credit_id AND credit_party.role = 'creator' ORDER BY credit_party.place)) AS creators, (SELECT group_concat(value, '; ') FROM (SELECT party.name AS value FROM credit_party JOIN party ON party.id = credit_party.party_id
        WHERE credit_party.credit_id = use.credit_id AND credit_party.role = 'agency' ORDER BY credit_party.place)) AS agencies, credit.qualifiers,
        credit.restrictions, credit.copyright_notice, credit.license, credit.rule, credit.confidence,
        (SELECT group_concat(value, '; ') FROM (SELECT use_image.address AS value FROM use_image WHERE use_image.use_id = use.id ORDER BY use_image.place)) AS pictures, use.occurrences
    FROM use
    JOIN article ON article.id = use.article_id
    LEFT JOIN caption ON caption.id = use.caption_id
    LEFT JOIN credit ON credit.id = use.credit_id
    LEFT JOIN party AS supplier ON supplier.id = credit.supplier_id;

CREATE TABLE picture_key (
	"key" BIGINT NOT NULL, 
	use_id INTEGER NOT NULL, 
	CONSTRAINT pk_picture_key PRIMARY KEY ("key", use_id), 
	CONSTRAINT fk_picture_key_use_id_use FOREIGN KEY(use_id) REFERENCES use (id)
)
 WITHOUT ROWID

;

CREATE INDEX ix_picture_key_use_id ON picture_key (use_id);

CREATE INDEX ix_use_publication_used_on ON use (publication, used_on);

CREATE TABLE stored_audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	question TEXT NOT NULL, 
	audited DATETIME NOT NULL, 
	version TEXT NOT NULL, 
	findings INTEGER NOT NULL, 
	decisions INTEGER NOT NULL
);

CREATE TABLE stored_decision (
	outdated_since DATETIME, 
	outdated_by TEXT, 
	id INTEGER NOT NULL, 
	audit_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	code TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	message TEXT NOT NULL, 
	about TEXT NOT NULL, 
	supplier TEXT, 
	command TEXT NOT NULL, 
	on_terms BOOLEAN NOT NULL, 
	cost TEXT NOT NULL, 
	costs TEXT NOT NULL, 
	unpriced INTEGER NOT NULL, 
	findings INTEGER NOT NULL, 
	uses INTEGER NOT NULL, 
	articles INTEGER NOT NULL, 
	example TEXT NOT NULL, 
	example_use INTEGER, 
	open INTEGER NOT NULL, 
	settled_until DATE, 
	CONSTRAINT pk_stored_decision PRIMARY KEY (id), 
	CONSTRAINT fk_stored_decision_audit_id_stored_audit FOREIGN KEY(audit_id) REFERENCES stored_audit (id)
);

CREATE TABLE stored_finding (
	outdated_since DATETIME, 
	outdated_by TEXT, 
	id INTEGER NOT NULL, 
	decision_id INTEGER NOT NULL, 
	use_id INTEGER, 
	source TEXT NOT NULL, 
	supplier TEXT, 
	message TEXT NOT NULL, 
	settled_by TEXT, 
	settled_at DATETIME, 
	settled_until DATE, 
	CONSTRAINT pk_stored_finding PRIMARY KEY (id), 
	CONSTRAINT fk_stored_finding_decision_id_stored_decision FOREIGN KEY(decision_id) REFERENCES stored_decision (id)
);

CREATE UNIQUE INDEX ix_stored_decision_audit_id_place ON stored_decision (audit_id, place);

CREATE INDEX ix_stored_finding_decision_id ON stored_finding (decision_id);

CREATE INDEX ix_stored_finding_use_id ON stored_finding (use_id);

CREATE VIEW finding_in_words AS
    SELECT stored_finding.id AS finding_id, stored_decision.code, stored_decision.severity, stored_finding.message,
        stored_decision.key AS decision, 
        CASE
            WHEN stored_finding.use_id IS NOT NULL AND use.id IS NULL THEN 'outdated'
            WHEN stored_finding.settled_by IS NOT NULL
                AND (stored_finding.settled_until IS NULL OR stored_finding.settled_until >= date('now', 'localtime')) THEN 'settled'
            WHEN stored_finding.outdated_since IS NOT NULL OR stored_decision.outdated_since IS NOT NULL
                THEN 'may be outdated'
            ELSE 'open'
        END AS state, stored_finding.settled_by, stored_finding.settled_at,
        coalesce(stored_finding.outdated_since, stored_decision.outdated_since) AS outdated_since,
        coalesce(stored_finding.outdated_by, stored_decision.outdated_by) AS outdated_by,
        use.id AS use_id, stored_finding.source, use.position, use.used_on, use.publication, caption.text AS caption,
        credit.line AS credit_line, coalesce(supplier.name, stored_finding.supplier) AS supplier,
        stored_audit.question, stored_audit.audited, CAST(julianday('now') - julianday(stored_audit.audited) AS INTEGER) AS days_old, stored_audit.version
    FROM stored_finding
    JOIN stored_decision ON stored_decision.id = stored_finding.decision_id
    JOIN stored_audit ON stored_audit.id = stored_decision.audit_id
    LEFT JOIN use ON use.id = stored_finding.use_id
    LEFT JOIN caption ON caption.id = use.caption_id
    LEFT JOIN credit ON credit.id = use.credit_id
    LEFT JOIN party AS supplier ON supplier.id = use.supplier_id;

CREATE VIEW open_findings_by_decision AS
    SELECT * FROM (
    SELECT stored_decision.audit_id, stored_decision.place, stored_decision.severity, stored_decision.code,
        stored_decision.message, stored_decision.about, stored_decision.cost,
        CASE
            WHEN stored_decision.settled_until < date('now', 'localtime') THEN (
                SELECT count(*) FROM stored_finding LEFT JOIN use ON use.id = stored_finding.use_id
                WHERE stored_finding.decision_id = stored_decision.id
                    AND (stored_finding.use_id IS NULL OR use.id IS NOT NULL)
                    AND (stored_finding.settled_by IS NULL OR stored_finding.settled_until < date('now', 'localtime'))
            )
            ELSE stored_decision.open
        END AS open_findings,
        stored_decision.findings, stored_decision.uses, stored_decision.articles, stored_decision.example,
        stored_decision.command, stored_decision.key AS decision, stored_decision.outdated_since,
        stored_decision.outdated_by, stored_audit.question, stored_audit.audited, CAST(julianday('now') - julianday(stored_audit.audited) AS INTEGER) AS days_old,
        stored_audit.version
    FROM stored_decision
    JOIN stored_audit ON stored_audit.id = stored_decision.audit_id
    WHERE stored_decision.open > 0 OR stored_decision.settled_until < date('now', 'localtime')
    ) AS decision WHERE open_findings > 0;

INSERT INTO "alembic_version" VALUES ('0012');

INSERT INTO "counted" VALUES (0)
