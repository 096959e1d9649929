"""Write the credits of republished pictures in the supplier's required form and as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Sequence

from captions.clean.parts import CaptionedPicture
from captions.credit.compare import are_equal
from captions.credit.parser import read
from captions.escaping import json_text
from captions.lexicon.agencies import AGENCY, CREATOR
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit


def credit_line(credit: Credit | None, words: Vocabulary) -> str:
    """Return the credit in the form that its supplier requires, if the register has it, or else as printed.

    ``"(photo credit: JANE DOE / REUTERS)"`` gives ``REUTERS/Jane Doe``. A form is used only if it keeps everything in
    the line and parses to the same credit.
    """
    if credit is None:
        return ""
    agency = words.agencies.get(credit.supplier or "")
    has_other_facts = credit.qualifiers or credit.restrictions or credit.copyright_notice or credit.license
    if agency is None or has_other_facts or len(credit.creators) != 1 or len(credit.agencies) > 2:
        return credit.line
    if not read(credit.line, words).clean:
        return credit.line  # it contains words that no rule explains
    others = [name for name in credit.agencies if name != credit.supplier]
    for form in agency.credit_forms:
        if (AGENCY in form) == bool(others):
            line = form.replace(AGENCY, others[0] if others else "").replace(CREATOR, credit.creators[0])
            if are_equal(read(line, words).credit, credit):
                return line
    return credit.line


def json_ld(figures: Sequence[CaptionedPicture]) -> str:
    """Return a ``script`` element with a schema.org ``ImageObject`` per picture, or ``""`` without pictures.

    No text can close the element, because ``<`` is written as ``\\u003c``.
    """
    if not figures:
        return ""
    data = {"@context": "https://schema.org", "@graph": [_image_object(figure) for figure in figures]}
    text = json_text(json.dumps(data, ensure_ascii=False, indent=2))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/ld+json">\n{text}\n</script>\n'


def _image_object(figure: CaptionedPicture) -> dict[str, object]:
    credit = figure.caption.credit
    creators = [{"@type": "Person", "name": name} for name in credit.creators] if credit else []
    facts: dict[str, object] = {
        "@type": "ImageObject",
        "contentUrl": figure.image,
        "caption": figure.caption.text,
        "creditText": figure.credit,
        "creator": creators[0] if len(creators) == 1 else creators,
        "copyrightNotice": credit.copyright_notice if credit else None,
        "license": (credit.license_url or credit.license) if credit else None,
    }
    return {key: value for key, value in facts.items() if value}
