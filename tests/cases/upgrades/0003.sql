INSERT INTO forgotten (source, identity, headline, uses, content, reason, who, added) VALUES
    ('gone.html', '//example.org/gone', 'Gone', 1, '{"record": {"source": "gone.html", "text": "Gone.", "published": null,
        "identity": "//example.org/gone", "url": null, "headline": "Gone", "publication": null, "language": null,
        "near": false, "uses": []}, "run": 1, "places": []}', 'a test page', 'me', '2025-03-01 09:00:00');
