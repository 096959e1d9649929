INSERT INTO article (id, source, content_hash, text, published) VALUES (1, 'a.html', 'h', 'Text.', '2023-10-07');
INSERT INTO caption (id, digest, match_key, text, search_text) VALUES (1, 'd', 'a dog', 'A dog.', 'a dog'),
    (2, 'e', '東京の夜', '東京の夜', '東京の夜');
INSERT INTO party (id, name, kind, name_key) VALUES (1, 'Jo Reed', 'creator', 'jo reed'), (2, 'dpa', 'agency', 'dpa');
INSERT INTO party_alias (party_id, alias, alias_key) VALUES (2, 'd p a', 'd p a');
INSERT INTO credit
    (id, line_digest, line, marks, restrictions, license, rule, confidence, version, reading, search_text) VALUES
    (1, 'old', 'Jo Reed/CC BY 4.0', '[]', '[]', 'CC BY 4.0', 'chain', 1.0, '0', 'r', 'jo reed'),
    (2, 'kept', 'Jo Reed', '[]', '[]', NULL, 'chain', 1.0, '0', 'r', 'jo reed');
INSERT INTO credit_party (credit_id, role, place, party_id) VALUES (1, 'creator', 0, 1), (2, 'creator', 0, 1);
INSERT INTO use (article_id, position, caption_id, credit_id, printings, places, used_on, rule) VALUES
    (1, 1, 1, 1, 1, '[]', '2023-10-07', 'figure'), (1, 2, 2, 2, 1, '[]', '2023-10-07', 'figure'),
    (1, 3, NULL, 2, 1, '[]', '2023-10-07', 'x');
INSERT INTO use_image (use_id, place, address) VALUES (1, 0, 'https://example.org/1.jpg');
DELETE FROM use WHERE id = 3;
INSERT INTO ingest_run (started, finished, version, new, changed, unchanged, failed) VALUES
    ('2023-10-08 10:00:00', '2023-10-08 10:00:01', '0', 1, 0, 0, 1);
INSERT INTO ingest_failure (run_id, source, reason) VALUES (1, 'b.bin', 'binary');
