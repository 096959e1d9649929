INSERT INTO agreement (party_id, kind, starts, scopes, territories, excluded, below, quota, quota_period, added) VALUES
    (2, 'flat', '2023-01-01', '["web"]', '[]', '[]', true, 100, 'month', '2023-01-01 09:00:00');
INSERT INTO correction (line, line_digest, creators, agencies, marks, reason, who, made) VALUES
    ('Jo Reed', 'kept', '["Jo Reed"]', '["dpa"]', '[]', 'asked her', 'me', '2023-11-01 09:00:00');
INSERT INTO waiver (code, source, caption_digest, reason, who, until, made) VALUES
    ('CR102', 'a.html', 'd', 'known', 'me', '2030-01-01', '2023-11-01 09:00:00');
