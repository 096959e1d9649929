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
