-- Rows that a store of schema 0001 may have, on both engines. A later revision adds a file with the rows that it first
-- allows; the upgrade test runs the files in order, each at its own schema.
INSERT INTO ingest_run (started, finished, version, new, changed, unchanged, failed) VALUES
    ('2023-10-08 10:00:00', '2023-10-08 10:00:01', '0', 1, 0, 0, 1);
INSERT INTO ingest_failure (run_id, source, reason) VALUES (1, 'b.bin', 'binary');
INSERT INTO article (id, source, content_hash, text, published, run_id, near) VALUES
    (1, 'a.html', 'h', 'Text.', '2023-10-07', 1, false);
INSERT INTO caption (id, digest, match_key, key_number, text, search_text) VALUES
    (1, 'd', 'a dog', 17, 'A dog.', 'a dog'), (2, 'e', '東京の夜', -4, '東京の夜', '東京 京の の夜');
INSERT INTO party (id, name, kind, name_key) VALUES (1, 'Jo Reed', 'creator', 'jo reed'), (2, 'dpa', 'agency', 'dpa');
INSERT INTO party_alias (party_id, alias, alias_key) VALUES (2, 'd p a', 'd p a');
INSERT INTO credit
    (id, line_digest, line, qualifiers, restrictions, license, licensor_url, rule, confidence, version, reading,
        search_text)
    VALUES
    (1, 'f32ae2b14bbcb8ef610c1802f7cc6d51', 'Jo Reed/CC BY 4.0', '[]', '[]', 'CC BY 4.0', NULL, 'chain', 1.0, '0', 'r',
        'jo reed'),
    (2, 'kept', 'Jo Reed', '["pool"]', '["NO SALES"]', NULL, NULL, 'chain', 1.0, '0', 'r', 'jo reed'),
    (3, 'data', 'Jo Reed/dpa', '[]', '[]', NULL, 'https://example.org/buy', 'structured', 1.0, '0', 'r', 'jo reed dpa');
INSERT INTO credit_party (credit_id, role, place, party_id) VALUES
    (1, 'creator', 0, 1), (2, 'creator', 0, 1), (3, 'agency', 0, 2);
INSERT INTO use
    (article_id, position, caption_id, credit_id, structured_credit_id, occurrences, places, used_on, rule) VALUES
    (1, 1, 1, 1, 3, 2, '[["whole",0,6],["caption",9,15]]', '2023-10-07', 'figure'),
    (1, 2, 2, 2, NULL, 1, '[]', '2023-10-07', 'figure'), (1, 3, NULL, 2, NULL, 1, '[]', '2023-10-07', 'x');
INSERT INTO use_image (use_id, place, address) VALUES (1, 0, 'https://example.org/1.jpg');
-- The id of a deleted use must not be assigned again.
DELETE FROM use WHERE id = 3;
INSERT INTO agreement
    (party_id, applies_to, kind, starts, ends, scopes, territories, excluded, below, quota, quota_period, added,
        added_by, ended, end_reason, undone, undone_by, undone_reason)
    VALUES
    (2, 'dpa Bild', 'flat', '2023-01-01', NULL, '["web"]', '[]', '[]', true, 100, 'month', '2023-01-01 09:00:00', 'me',
        NULL, NULL, NULL, NULL, NULL),
    (2, 'dpa', 'per-use', NULL, '2022-12-31', '[]', '["DE"]', '[]', false, NULL, NULL, '2022-01-01 09:00:00', NULL,
        '2022-11-01 09:00:00', 'dear', NULL, NULL, NULL),
    (2, 'dpa', 'free', NULL, NULL, '[]', '[]', '[]', false, NULL, NULL, '2024-01-01 09:00:00', 'me',
        NULL, NULL, '2024-01-02 09:00:00', 'me', 'not ours');
INSERT INTO correction (line, line_digest, creators, agencies, supplier, qualifiers, reason, who, added) VALUES
    ('Ann Lee', 'other', '["Ann Lee"]', 'null', NULL, '["pool"]', 'asked her', 'me', '2023-11-01 09:00:00');
INSERT INTO waiver (code, supplier, applies_to, source, caption_digest, reason, who, until, added) VALUES
    ('CR102', NULL, NULL, 'a.html', 'd', 'known', 'me', '2030-01-01', '2023-11-01 09:00:00'),
    ('CR301', 'dpa', 'dpa Bild', NULL, NULL, 'old debt', 'me', NULL, '2023-11-02 09:00:00');
INSERT INTO party_merge (name, merged_into, reason, who, added) VALUES
    ('dpa Bild', 'dpa', 'one house', 'me', '2025-02-01 09:00:00');
INSERT INTO image (file_hash, version, width, height, dhash, band_1, embedded, notes) VALUES
    ('f', '0.1.0', 2, 1, '00000000000000ff', 255, '{}', '[]');
INSERT INTO image_file (path, image_id) VALUES ('1.jpg', 1);
INSERT INTO image_use (image_id, use_id, how) VALUES (1, 1, 'name');
-- A wrong rollup (by creator and month), and changes that are not counted in yet.
INSERT INTO uses_by_supplier (supplier_id, month, publication, uses) VALUES (0, '2023-10', '', 2);
INSERT INTO uses_by_agency (agency_id, supplier_id, month, publication, uses) VALUES (0, 0, '2023-10', '', 2);
INSERT INTO uses_by_creator_and_publication (creator_id, publication, uses) VALUES (1, '', 2);
INSERT INTO uses_by_creator_and_supplier (creator_id, supplier_id, uses) VALUES (1, 0, 2);
INSERT INTO uses_by_creator_and_agency (creator_id, agency_id, uses) VALUES (1, 0, 2);
INSERT INTO uses_by_creator_and_year (creator_id, year, uses) VALUES (1, '2023', 2);
INSERT INTO uses_by_creator_and_quarter (creator_id, quarter, uses) VALUES (1, '2023-Q4', 2);
INSERT INTO uses_by_creator_and_month (creator_id, month, uses) VALUES (1, '2023-10', 1);
INSERT INTO count_change (chain, agency_id, creator_id, supplier_id, month, publication, uses) VALUES
    ('creator_id', 0, 1, 0, '2022-01', '', 1), ('creator_id', 0, 1, 0, '2022-01', '', -1);
UPDATE counted SET last_use = 2;
