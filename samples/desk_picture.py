"""Take the picture of the desk for the README, from the samples: python samples/desk_picture.py."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "db")]
SIZE = (1000, 760)
LINE = "AP/dpa | Rosalind Petterby"


def main() -> None:
    """Ingest the samples into a database of their own, open a decision, and write docs/desk.png in 64 colors."""
    from PIL import Image

    from captions.cli import main as captions
    from tests.support.browser import browser
    from tests.support.desk import running

    with tempfile.TemporaryDirectory() as folder:
        url, picture = str(Path(folder) / "captions.db"), Path(folder) / "desk.png"
        captions(["ingest", str(ROOT / "samples" / "articles"), "--db", url, "--published", "2024-07-01"])
        with running(url, today=date(2024, 8, 1)) as desk, browser(Path(folder) / "profile") as page:
            page.call("url", url=desk.start)
            page.size(*SIZE)
            page.call("url", url=f"{desk.origin}/?code=CR106")
            page.run(
                "[...document.querySelectorAll('.rows a')].find(e => e.innerText.includes(arguments[0])).click()", LINE
            )
            page.run_async("const [done] = arguments; setTimeout(done, 1000)")
            page.picture(picture)
        with Image.open(picture) as image:
            image.convert("RGB").quantize(64).save(ROOT / "docs" / "desk.png", optimize=True)


if __name__ == "__main__":
    main()
