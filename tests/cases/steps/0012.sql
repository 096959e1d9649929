INSERT INTO party_merge (name, merged_into, agreements, waivers, reason, who, made) VALUES
    ('dpa Bild', 'dpa', '[1]', '[]', 'one house', 'me', '2025-02-01 09:00:00');
