INSERT INTO image (file_hash, version, width, height, embedded, notes) VALUES ('f', '0.1.0', 2, 1, '{}', '[]');
INSERT INTO image_file (path, image_id) VALUES ('1.jpg', 1);
INSERT INTO image_use (image_id, use_id, how) VALUES (1, 1, 'name');
