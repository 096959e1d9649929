"""Articles and credit lines for benchmarks, made of samples/: no two alike, sizes as asked for."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIRST = [
    "Ada",
    "Boris",
    "Chidi",
    "Dana",
    "Emre",
    "Fatou",
    "Goran",
    "Hana",
    "Ivo",
    "Jun",
    "Kofi",
    "Lena",
    "Mika",
    "Noor",
]
LAST = [
    "Abara",
    "Brandt",
    "Castel",
    "Dvorak",
    "Eriksen",
    "Fonseca",
    "Gruber",
    "Haddad",
    "Ito",
    "Jansen",
    "Kovac",
    "Lund",
]
AGENCIES = ["Reuters", "AFP", "AP", "dpa", "Getty Images", "EPA", "EFE", "ANSA", "NTB", "Anadolu", "IMAGO", "PA Wire"]


def clean_texts() -> list[str]:
    """The sample articles without their captions, as the test cases expect them."""
    paths = sorted((ROOT / "tests" / "cases" / "samples").glob("*.toml"))
    return [tomllib.loads(path.read_text(encoding="utf-8"))["text"] for path in paths]


def credit_lines() -> list[str]:
    """The credit lines of the test cases: all forms, in their printed shapes."""
    lines = []
    for path in sorted((ROOT / "tests" / "cases" / "credits").glob("*.toml")):
        lines += [case["line"] for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]]
    return lines


def articles(count: int, size: int = 3000, seed: int = 7) -> list[str]:
    """``count`` articles of about ``size`` characters, each with two captions, each printed twice."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    paragraphs = [p for text in clean_texts() for p in text.split("\n\n") if 60 < len(p) < 700]
    out = []
    for n in range(count):
        parts = [f"Headline number {n} about the town"]
        length = 0
        while length < size - 500:
            parts.append(rng.choice(paragraphs))
            length += len(parts[-1]) + 2
        for k in range(2):
            name = f"{rng.choice(FIRST)} {rng.choice(LAST)}".upper()
            caption = f"People walk past the market hall number {n}-{k} on a rainy morning in the old town, May {k + 1}"
            credit = f"(photo credit: {name}/{rng.choice(AGENCIES).upper()})"
            at = rng.randrange(1, len(parts))
            parts[at:at] = [f"{caption} {credit}\n{caption}\n{credit}"]
        out.append("\n\n".join(parts))
    return out
