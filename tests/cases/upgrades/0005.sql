INSERT INTO publication_spelling (name, key) VALUES ('Harbor Echo', 'harbor echo');
INSERT INTO party_merge (kind, name, merged_into, reason, who, added, undone, undone_by, undone_reason) VALUES
    ('publication', 'Echo Online', 'Harbor Echo', 'one paper', 'me', '2025-04-01 09:00:00', '2025-04-02 09:00:00', 'me', 'no'),
    ('creator', 'J. Reed', 'Jo Reid', 'one person', 'me', '2025-04-01 09:00:00', '2025-04-02 09:00:00', 'me', 'no');
