INSERT INTO uncaptioned_picture (article_id, place, address, alt) VALUES (1, 0, 'https://example.org/2.jpg', 'A cat');
