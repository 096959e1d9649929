"""Write a large store for benchmarks straight into the tables, the same in each run.

It resembles an archive of five years: 2.5 uses per article, a credit line for every 16 uses from about a hundred
agencies, a tenth of the captions from a wire and so in several articles, and a picture URL for every second use.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import captions_db as db
from captions_db import models as m
from captions_db.bulk import insert_staged
from captions_db.connection import writing
from captions_db.picture_keys import put_keys
from captions_db.records import CreditRecord, UseRecord
from captions_db.rollups import count_uses
from captions_db.rows import caption_row, credit_row
from captions_db.search import name_key
from sqlalchemy import Connection, Engine, Table, insert, select, update

from bench.corpus import FIRST, LAST
from captions.caption.similarity import may_be_near
from captions.lexicon.vocabulary import default
from captions.text import match_key
from tests.support import server
from tests.support.engines import OnPostgresql

DAY = date(2021, 1, 1)
DAYS = 5 * 365
PUBLICATIONS = ("Harbor Echo", "The Post", "Valley Times")
_PLACES = ("harbor", "market", "station", "town hall", "bridge", "stadium", "river bank", "old mill", "airport", "park")
_WHO = ("Passengers", "Volunteers", "Firefighters", "Children", "Traders", "Farmers", "Students", "Players", "Visitors")
_DO = ("wait in the rain", "carry sandbags", "look at the damage", "celebrate", "clear the snow", "queue for bread")
_TEXT = "The town has waited for this day since the flood, and nobody seemed to mind the rain. " * 10
_AGENCIES = 120
_AT_ONCE = 20_000


@contextmanager
def places(folder: Path) -> Iterator[dict[str, str]]:
    """Return a place for a store on each engine: a file and, if there is a server, a database."""
    found = {"SQLite": str(folder / "bench.db")}
    programs = server.programs()
    if programs is None:
        yield found
        return
    with server.running(programs) as socket_folder:
        yield found | {"PostgreSQL": OnPostgresql(socket_folder).place()}


def make(place: Path | str, uses: int, agreements: int) -> None:
    """Write a store with this many uses and agreements."""
    rng = random.Random(11)  # noqa: S311 - repeatable, no secret
    engine = db.open_store(str(place), create=True)
    try:
        with writing(engine) as connection:
            lines = max(uses * 6 // 100, _AGENCIES)
            people = [
                f"{first} {last} {n}" for n in range(min(120, lines // 500 + 1)) for first in FIRST for last in LAST
            ]
            agencies = _parties(connection, rng, people)
            _credits(connection, rng, agencies, people, lines)
            _agreements(connection, rng, agencies, agreements)
            _uses(connection, rng, uses, lines)
            supplier = select(m.credit.c.supplier_id).where(m.credit.c.id == m.use.c.credit_id).scalar_subquery()
            connection.execute(update(m.use).values(supplier_id=supplier))
        count_uses(engine)
        if engine.dialect.name == "postgresql":
            _settle(engine)
    finally:
        engine.dispose()


def _settle(engine: Engine) -> None:
    """Do what the server itself does some minutes after so many rows are written, and number uses after these."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('use', 'id'), (SELECT max(id) FROM use))")
        connection.exec_driver_sql("VACUUM ANALYZE")


def _write(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    while page := list(islice(rows, 20_000)):
        connection.execute(insert(table), page)


def _parties(connection: Connection, rng: random.Random, people: list[str]) -> list[str]:
    """Write agencies with IDs from 1 and creators with IDs from 1,001; return the agencies."""
    known = sorted(name for name, row in default().agencies.items() if row.kind in ("agency", "stock"))
    agencies = rng.sample(known, _AGENCIES)
    rows = [{"id": n, "name": name, "kind": "agency"} for n, name in enumerate(agencies, 1)]
    rows += [{"id": n, "name": name, "kind": "creator"} for n, name in enumerate(people, 1001)]
    _write(connection, m.party, ({**row, "name_key": name_key(str(row["name"]))} for row in rows))
    return agencies


def _credits(connection: Connection, rng: random.Random, agencies: list[str], people: list[str], count: int) -> None:
    rows, chain = [], []
    seen = set()
    n = 0
    while n < count:
        agency = min(int(rng.expovariate(0.05)), len(agencies) - 1)
        name = agencies[agency]
        person = rng.randrange(len(people))
        creator = people[person]
        form = rng.random()
        if n < len(agencies):
            record = CreditRecord(agencies[n], (), (agencies[n],), agencies[n])
        elif form < 0.03:
            record = CreditRecord(f"Handout {n}/{name}", (), (name,), name, ("handout",))
        elif form < 0.06:
            record = CreditRecord(creator, (creator,))
        elif form < 0.07:
            record = CreditRecord(f"{creator}/{name} - NO SALES", (creator,), (name,), name, (), ("NO SALES",))
        else:
            record = CreditRecord(f"{creator}/{name}", (creator,), (name,), name)
        if record.line in seen:
            continue
        seen.add(record.line)
        n += 1
        row = credit_row(record)
        parties = row.pop("parties")
        ids = {party: agencies.index(party) + 1 for party in record.agencies}
        ids |= dict.fromkeys(record.creators, person + 1001)
        supplier = ids.get(record.supplier) if record.supplier else None
        rows.append({"id": n, **row, "supplier_id": supplier, "version": "bench"})
        chain += [{"credit_id": n, "role": role, "place": at, "party_id": ids[party]} for role, at, party in parties]
    _write(connection, m.credit, iter(rows))
    _write(connection, m.credit_party, iter(chain))


def _agreements(connection: Connection, rng: random.Random, agencies: list[str], count: int) -> None:
    """Write agreements by agency and year, with gaps."""
    added = datetime(2021, 1, 1, tzinfo=UTC)
    pairs = rng.sample([(agency, year) for agency in range(1, len(agencies) + 1) for year in range(5)], count)
    rows = [
        {
            "id": n,
            "party_id": agency,
            "applies_to": agencies[agency - 1],
            "kind": "flat",
            "starts": date(2021 + year, 1, 1),
            "ends": date(2021 + year, 12, 31),
            "scopes": '["web","print"]',
            "territories": "[]",
            "excluded": "[]",
            "below": False,
            "quota": rng.choice((50, 200, 500, None)),
            "price": "18000",
            "currency": "EUR",
            "added": added,
        }
        for n, (agency, year) in enumerate(sorted(pairs), 1)
    ]
    for row in rows:
        row["quota_period"] = "month" if row["quota"] else None
    _write(connection, m.agreement, iter(rows))


def _uses(connection: Connection, rng: random.Random, count: int, lines: int) -> None:
    articles, captions, uses, images = [], [], [], []
    wire: list[tuple[int, str]] = []
    keys: list[str] = []
    article = caption = 0
    for n in range(1, count + 1):
        if n == 1 or rng.random() < 0.4:
            article += 1
            position = 0
            day = None if rng.random() < 0.02 else DAY + timedelta(days=rng.randrange(DAYS))
            articles.append(
                {
                    "id": article,
                    "source": f"archive/{article // 4000:03}/{article:07}.html",
                    "url": f"https://news.example/{article}",
                    "headline": f"Headline number {article} of the day",
                    "publication": PUBLICATIONS[article % 3],
                    "published": day,
                    "publication_read": PUBLICATIONS[article % 3],
                    "identity": f"//news.example/{article}",
                    "rank": "",
                    "text": _TEXT,
                    "near": None,
                }
            )
            keys.clear()
        position += 1
        if wire and rng.random() < 0.1:
            caption_id, text = rng.choice(wire)
        else:
            caption += 1
            caption_id = caption
            text = f"{rng.choice(_WHO)} {rng.choice(_DO)} at the {rng.choice(_PLACES)} number {caption} on a cold day"
            row = caption_row(UseRecord(1, text, match_key(text)))
            assert row is not None
            captions.append({"id": caption, **row})
            if caption % 20 == 0:
                wire.append((caption, text))
        keys.append(match_key(text))
        if articles:
            # Unknown for an article whose uses are split between two writes.
            articles[-1]["near"] = None if n % _AT_ONCE == 0 else may_be_near(keys)
        uses.append(
            {
                "id": n,
                "article_id": article,
                "position": position,
                "caption_id": caption_id,
                # A wire caption has the same credit except once in fifty.
                "credit_id": _credit(rng, lines, caption_id if caption_id % 20 == 0 else None),
                "occurrences": 2 if rng.random() < 0.1 else 1,
                "places": '[["whole",120,230]]',
                "used_on": day,
                "publication": PUBLICATIONS[article % 3],
                "rule": "figcaption",
            }
        )
        if n % 2:
            images.append({"use_id": n, "place": 0, "address": f"https://img.example/{caption_id}.jpg"})
        if n % _AT_ONCE == 0 or n == count:
            for table, rows in ((m.article, articles), (m.caption, captions), (m.use, uses), (m.use_image, images)):
                insert_staged(connection, table, rows)
                if table is m.use_image:
                    put_keys(connection, rows)
                rows.clear()


def _credit(rng: random.Random, lines: int, wire: int | None) -> int | None:
    if wire is not None and rng.random() > 0.02:
        return wire % lines + 1
    if rng.random() < 0.05:
        return None
    return min(int(rng.expovariate(8 / lines)) + 1, lines)
