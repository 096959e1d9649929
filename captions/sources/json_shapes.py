"""Join what some systems export apart: posts and their fields (Ghost), resources (JSON:API), blocks of text (ANS)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from captions.page.structured.picture_data import plain
from captions.sources import to_page
from captions.sources.json_pictures import PictureFields
from captions.sources.record_pictures import figure

_DEEPEST = 3
# Kinds of blocks by what they become in HTML.
_BLOCKS = {"text": "p", "paragraph": "p", "raw_html": "", "header": "h2", "heading": "h2", "quote": "blockquote"}
_CONTENTS = ("content", "text", "value", "html", "data")


def joined(document: Mapping[str, Any]) -> list[Any] | None:
    """Return the records of a document whose parts are in separate lists; None for any other document."""
    return _of_tables(document) or _of_resources(document)


def _of_tables(document: Mapping[str, Any]) -> list[Any] | None:
    """Return the posts of a Ghost export, each with its row of ``posts_meta``."""
    parts = document.get("db")
    first = parts[0] if isinstance(parts, list) and parts else parts
    data = first.get("data") if isinstance(first, Mapping) else document.get("data")
    if not isinstance(data, Mapping) or not isinstance(data.get("posts"), list):
        return None
    rows = data.get("posts_meta")
    metas = {str(row.get("post_id")): row for row in rows if isinstance(row, Mapping)} if isinstance(rows, list) else {}
    posts = [post for post in data["posts"] if isinstance(post, Mapping)]
    return [{**_without_ids(metas.get(str(post.get("id")), {})), **post} for post in posts]


def _without_ids(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("id", "post_id") and value}


def _of_resources(document: Mapping[str, Any]) -> list[Any] | None:
    """Return the items of a JSON:API document, each with its attributes and what its relationships refer to."""
    data = document.get("data")
    listed = data if isinstance(data, list) else [data]
    items = [item for item in listed if isinstance(item, Mapping) and isinstance(item.get("attributes"), Mapping)]
    if not items:
        return None
    included = document.get("included")
    rows = included if isinstance(included, list) else []
    known = {_reference(row): row for row in rows if isinstance(row, Mapping)}
    return [_resource(item, known, 0) for item in items]


def _reference(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row.get("type")), str(row.get("id"))


def _resource(row: Mapping[str, Any], known: Mapping[tuple[str, str], Mapping[str, Any]], depth: int) -> dict[str, Any]:
    attributes, relations = row.get("attributes"), row.get("relationships")
    flat: dict[str, Any] = {"id": row.get("id")}
    flat |= attributes if isinstance(attributes, Mapping) else {}
    for name, relation in relations.items() if isinstance(relations, Mapping) and depth < _DEEPEST else ():
        data = relation.get("data") if isinstance(relation, Mapping) else None
        targets = data if isinstance(data, list) else [data]
        found = [
            {**_resource(known[_reference(target)], known, depth + 1), **_meta(target)}
            for target in targets
            if isinstance(target, Mapping) and _reference(target) in known
        ]
        if found:
            flat.setdefault(name, found)
    return flat


def _meta(target: Mapping[str, Any]) -> dict[str, Any]:
    meta = target.get("meta")
    return {name: value for name, value in meta.items() if name != "alt"} if isinstance(meta, Mapping) else {}


def html_of_blocks(blocks: Any) -> str:
    """Return the HTML of an article's blocks in order, pictures included; ``""`` if they contain no text.

    ``[{"type": "text", "content": "It rained."}, {"type": "image", "url": .., "caption": ..}]`` is Arc's form.
    """
    if not isinstance(blocks, list) or not any(isinstance(block, Mapping) and "type" in block for block in blocks):
        return ""
    parts = [part for block in blocks if isinstance(block, Mapping) for part in _block(block)]
    return "\n".join(parts) if any(not part.startswith("<figure") for part in parts) else ""


def _block(block: Mapping[str, Any]) -> Iterator[str]:
    kind = str(block.get("type"))
    text = next((value for name in _CONTENTS if isinstance(value := block.get(name), str) and value.strip()), "")
    if kind in _BLOCKS:
        tag = _BLOCKS[kind]
        inner = text if to_page.is_markup(text) or "&" in text else to_page.paragraphs([text])[3:-4]
        if plain(text) or len(text) > 1_000:
            yield f"<{tag}>{inner}</{tag}>" if tag else inner
    elif kind == "list" and isinstance(block.get("items"), list):
        items = (_contents(item) for item in block["items"])
        yield f"<ul>{''.join(f'<li>{item}</li>' for item in items if item)}</ul>"
    else:
        for picture in PictureFields({"image": block}).of_record():
            if markup := figure(picture.data):
                yield markup


def _contents(item: Any) -> str:
    value = item.get("content") if isinstance(item, Mapping) else item
    return value if isinstance(value, str) else ""
