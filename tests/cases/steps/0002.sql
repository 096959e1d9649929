INSERT INTO credit
    (id, line_digest, line, marks, restrictions, licensor_url, rule, confidence, version, reading, search_text) VALUES
    (3, 'told', 'Jo Reed/dpa', '[]', '[]', 'https://example.org/buy', 'told', 1.0, '0', 'r', 'jo reed dpa');
INSERT INTO credit_party (credit_id, role, place, party_id) VALUES (3, 'agency', 0, 2);
UPDATE use SET told_credit_id = 3 WHERE id = 1;
