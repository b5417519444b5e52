"""Two invented annotators, made from the shipped annotations by leaving out and moving some."""

from dataclasses import replace
from random import Random

from annotator.model.annotation import AnnotationSet, Span
from annotator.project import Project

SOURCE = "pass-1"


def annotate_twice(project: Project, names: tuple[str, str] = ("ana", "bo")) -> None:
    """Give the project two annotators who agree on most of what is shipped."""
    for seed, name in enumerate(names):
        random = Random(seed)
        for head in project.store.heads():
            source = project.store.annotations(head.id, SOURCE)
            if source is not None:
                _copy(project, source, name, random)


def _copy(project: Project, source: AnnotationSet, name: str, random: Random) -> None:
    session = project.session(source.article_id, name)
    text = session.article.text
    with session.group("copy"):
        entities = {
            entity.id: session.add_entity(entity.name, entity.type, entity.naming).id
            for entity in source.entities.values()
        }
        spans = {}
        for span in source.in_order():
            if random.random() < 0.08:
                continue
            moved = _moved(span, text) if random.random() < 0.1 else span
            attributes = dict(moved.attributes)
            if span.label == "CLAIM" and random.random() < 0.15:
                attributes["act"] = random.choice(("assert", "deny", "believe"))
            spans[span.id] = session.add_span(span.label, moved.fragments, attributes).id
        for link in source.links.values():
            target = {**spans, **entities}.get(link.target, link.target)
            known = link.target_kind != "span" or link.target in spans
            if link.source in spans and known and random.random() > 0.05:
                session.link(spans[link.source], link.type, target, link.target_kind)
        session.set_status("done")
    project.checkpoint(session)


def _moved(span: Span, text: str) -> Span:
    """The span without its first word, if it has several."""
    start, end = span.fragments[0]
    cut = text.find(" ", start, end - 1)
    return replace(span, fragments=((cut + 1, end), *span.fragments[1:])) if cut > 0 else span
