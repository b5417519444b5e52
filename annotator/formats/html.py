"""Saved web pages: the main text by resiliparse, the rest from JSON-LD, og: tags and the head.

resiliparse is an extra and is imported only when a page is read.
"""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import unescape
from importlib.metadata import version
from typing import Any, BinaryIO

from annotator.formats.decoding import clean, declared_in_markup, decode
from annotator.formats.intake import Facts, Item, Notice, Options, draft
from annotator.model.errors import AnnotatorError

_ARTICLE_TYPE = re.compile(r"(Article|Posting|Report)$")


class MissingExtraError(AnnotatorError):
    """The optional package that reads HTML is not installed."""


def read(
    stream: BinaryIO, *, path: str, id: str, fallback_id: str = "", options: Options
) -> Iterator[Item]:
    """The one article of a page, with the SHA-256 of the page and the extractor in its `meta`.

    Raises DecodingError for what is not text and MissingExtraError without the `html` extra.
    """
    try:
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.html import HTMLTree
    except ImportError:
        raise MissingExtraError(
            "needs one more package to be read; install it with: pip install 'annotator[html]'"
        ) from None
    data = stream.read()
    decoded = decode(data, encoding=options.encoding, declared=declared_in_markup(data))
    extractor = f"resiliparse {version('resiliparse')}"
    tree = HTMLTree.parse(decoded.text)
    facts = _facts(tree)
    _lists_to_paragraphs(tree)

    def extract(main_content: bool) -> str:
        return extract_plain_text(
            tree,
            main_content=main_content,
            comments=False,
            alt_texts=False,
            list_bullets=False,
            links=False,
        )

    text = extract(main_content=True)
    steps = [*decoded.steps, f"text extracted by {extractor}"]
    if not text.strip():
        text = extract(main_content=False)
        steps.append("no main content found, the whole page taken")
    cleaned = clean(text)
    if not cleaned.text.strip():
        yield Notice(path, 0, "refused", "is a page without text")
        return
    yield from draft(
        cleaned.text,
        path=path,
        id=id,
        fallback_id=fallback_id,
        options=options,
        steps=(*steps, *(step for step in cleaned.steps if step not in steps)),
        meta={"html_sha256": sha256(data).hexdigest(), "extractor": extractor},
        facts=facts,
    )


def _lists_to_paragraphs(tree: Any) -> None:
    """Turn lists of the article that are no lists of links into paragraphs.

    resiliparse takes every list between paragraphs for navigation and would drop it.
    """
    lists = "article ul, article ol, main ul, main ol"
    for found in reversed(tree.document.query_selector_all(lists)):
        linked = sum(len(link.text.split()) for link in found.query_selector_all("a"))
        if linked * 2 > len(found.text.split()):
            continue
        box = tree.create_element("div")
        for item in list(found.child_nodes):
            if item.tag == "li":
                paragraph = tree.create_element("p")
                for child in list(item.child_nodes):
                    paragraph.append_child(child)
                box.append_child(paragraph)
        found.parent.replace_child(box, found)


def _facts(tree: Any) -> Facts:
    """Headline, date, source, address and language, each from the first place that has it."""
    head = _Head(tree)
    ld = _news_article(head.scripts)
    publisher = ld.get("publisher")
    main = ld.get("mainEntityOfPage")

    def first(*values: object) -> str:
        return next((found for found in map(_string, values) if found), "")

    return Facts(
        headline=first(ld.get("headline"), head.meta.get("og:title"), head.title),
        source=first(
            publisher.get("name") if isinstance(publisher, Mapping) else publisher,
            head.meta.get("og:site_name"),
        ),
        published=first(
            ld.get("datePublished"),
            head.meta.get("article:published_time"),
            head.meta.get("date"),
        ),
        url=first(
            ld.get("url"),
            main.get("@id") if isinstance(main, Mapping) else main,
            head.canonical,
            head.meta.get("og:url"),
        ),
        language=first(
            ld.get("inLanguage"), head.language, head.meta.get("og:locale", "").replace("_", "-")
        ),
    )


class _Head:
    """What the head of a page says."""

    def __init__(self, tree: Any) -> None:
        document = tree.document
        self.meta: dict[str, str] = {}
        for tag in document.query_selector_all("meta"):
            name = tag.getattr("property") or tag.getattr("name")
            if name and tag.getattr("content"):
                self.meta.setdefault(name.casefold(), tag.getattr("content"))
        self.scripts = [
            tag.text for tag in document.query_selector_all('script[type="application/ld+json"]')
        ]
        link = document.query_selector('link[rel="canonical"]')
        self.canonical = (link.getattr("href") or "") if link else ""
        root = document.query_selector("html")
        self.language = (root.getattr("lang") or "") if root else ""
        self.title = tree.title or ""


def _news_article(scripts: list[str]) -> Mapping[str, Any]:
    """The first JSON-LD object whose type is some kind of article; {} if there is none."""
    for script in scripts:
        try:
            value = json.loads(script)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(value):
            kinds = node.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and _ARTICLE_TYPE.search(kind) for kind in kinds):
                return node
    return {}


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    for node in value if isinstance(value, list) else [value]:
        if isinstance(node, Mapping):
            yield node
            yield from _nodes(node.get("@graph", []))


def _string(value: object) -> str:
    return unescape(value).strip() if isinstance(value, str) else ""
