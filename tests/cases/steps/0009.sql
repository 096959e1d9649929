UPDATE article SET run_id = 1 WHERE id = 1;
INSERT INTO agreement
    (party_id, kind, starts, ends, scopes, territories, excluded, below, added, ended, end_reason) VALUES
    (2, 'per-use', NULL, '2022-12-31', '[]', '["DE"]', '[]', false, '2022-01-01 09:00:00', '2022-11-01 09:00:00', 'dear');
