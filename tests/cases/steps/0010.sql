INSERT INTO agreement (party_id, kind, scopes, territories, excluded, below, added, added_by, undone, undone_by, undone_reason)
    VALUES (2, 'free', '[]', '[]', '[]', false, '2024-01-01 09:00:00', 'me', '2024-01-02 09:00:00', 'me', 'not ours');
