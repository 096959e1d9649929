INSERT INTO stored_audit (question, audited, version, findings, decisions) VALUES
    ('{}', '2025-05-01 09:00:00', '0.1', 1, 1);
INSERT INTO stored_decision (id, audit_id, place, key, code, severity, message, about, supplier, command, on_terms, cost, costs, unpriced, findings, uses, articles, example, example_use, open, settled_until, outdated_since, outdated_by) VALUES
    (1, 1, 1, 'CR102 supplier dpa', 'CR102', 'info', 'agency only, no creator', 'dpa', 'dpa', 'captions waive', FALSE, '', '[]', 0, 1, 1, 1, 'a.html #1', 1, 1, NULL, NULL, NULL);
INSERT INTO stored_finding (id, decision_id, use_id, source, supplier, message, settled_by, settled_at, settled_until, outdated_since, outdated_by) VALUES
    (1, 1, 1, 'a.html', NULL, 'agency only, no creator', NULL, NULL, NULL, NULL, NULL);
