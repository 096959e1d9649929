"""How pictures are printed again: the credit as the supplier asks for it, and the facts for machines (JSON-LD)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from captions.clean.parts import Figure
from captions.credit.compare import says_the_same
from captions.credit.parser import read
from captions.escaping import json_text
from captions.lexicon.agencies import AGENCY, CREATOR
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit


def credit_line(credit: Credit | None, words: Vocabulary) -> str:
    """The credit in the form that its supplier asks for, where the register knows it; else as printed.

    Of ``"(photo credit: JANE DOE / REUTERS)"``: ``REUTERS/Jane Doe``. A form is taken only if it says all that the line
    says, and is read as saying the same.
    """
    if credit is None:
        return ""
    agency = words.agencies.get(credit.supplier or "")
    told_more = credit.qualifiers or credit.restrictions or credit.copyright_notice or credit.license
    if agency is None or told_more or len(credit.creators) != 1 or len(credit.agencies) > 2:
        return credit.line
    if not read(credit.line, words).clean:
        return credit.line  # words are left over in it
    others = [name for name in credit.agencies if name != credit.supplier]
    for form in agency.credit_forms:
        if (AGENCY in form) == bool(others):
            line = form.replace(AGENCY, others[0] if others else "").replace(CREATOR, credit.creators[0])
            if says_the_same(read(line, words).credit, credit):
                return line
    return credit.line


def json_ld(figures: Sequence[Figure]) -> str:
    """A ``script`` element with an ``ImageObject`` (schema.org) for each picture; empty where there is none.

    No text can end the element: ``<`` is written as ``\\u003c``.
    """
    if not figures:
        return ""
    data = {"@context": "https://schema.org", "@graph": [_image_object(figure) for figure in figures]}
    text = json_text(json.dumps(data, ensure_ascii=False, indent=2))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/ld+json">\n{text}\n</script>\n'


def _image_object(figure: Figure) -> dict[str, object]:
    credit = figure.caption.credit
    creators = [{"@type": "Person", "name": name} for name in credit.creators] if credit else []
    told: dict[str, object] = {
        "@type": "ImageObject",
        "contentUrl": figure.image,
        "caption": figure.caption.text,
        "creditText": figure.credit,
        "creator": creators[0] if len(creators) == 1 else creators,
        "copyrightNotice": credit.copyright_notice if credit else None,
        "license": (credit.license_url or credit.license) if credit else None,
    }
    return {key: value for key, value in told.items() if value}
