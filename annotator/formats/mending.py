"""What the scheme does not allow, taken out of an imported set and counted."""

from dataclasses import replace

from annotator.formats.loss import Finding, Loss
from annotator.model.annotation import AnnotationSet, Change
from annotator.model.requirements import Issue, unfit
from annotator.model.scheme import Scheme


def mend(work: AnnotationSet, scheme: Scheme, path: str, line: int, loss: Loss) -> None:
    """Make a set fit the scheme. Its labels and attributes must be the scheme's already."""
    for issue in list(unfit(work, scheme)):
        finding = Finding(path, line, f"{work.article_id}: {issue.message}")
        _mend(work, issue, finding, loss)
    for link in list(work.links.values()):
        source = work.spans[link.source]
        rule = scheme.link(source.label, link.type)
        if link.target_kind == "span" and link.target == link.source:
            message = (
                f"{work.article_id}: {source.label} {source.id} has a {link.type} link to itself"
            )
            _drop(work, link.id, "point to their own span", Finding(path, line, message), loss)
        elif rule is not None and rule.maximum is not None:
            present = work.links_from(link.source, link.type)
            if link in present[rule.maximum :]:
                message = f"{work.article_id}: {source.label} {source.id} has too many {link.type}"
                finding = Finding(path, line, message)
                _drop(work, link.id, "are more than the scheme allows", finding, loss)


def _mend(work: AnnotationSet, issue: Issue, finding: Finding, loss: Loss) -> None:
    key, name = issue.key, issue.name
    match issue.kind:
        case "too-many-fragments":
            span = work.spans[key]
            joined = replace(span, fragments=((span.start, span.end),))
            work.apply(Change("span", key, span, joined))
            how = "pieces joined to one stretch, as the scheme has it"
            loss.change(f"{span.label} spans", how, 1, finding)
        case "unknown-flag":
            span = work.spans[key]
            flags = tuple(flag for flag in span.flags if flag != name)
            work.apply(Change("span", key, span, replace(span, flags=flags)))
            loss.leave_out("flags of spans", "are not in the scheme", 1, finding)
        case "unknown-link":
            _drop(work, key, "have an end that the scheme does not allow", finding, loss)
        case "unknown-entity-value":
            entity = work.entities[key]
            attribute = name.split("=", 1)[0]
            mended = replace(entity, **{attribute: ""})
            work.apply(Change("entity", key, entity, mended))
            loss.leave_out(f"{attribute} of entities", "are not in the scheme", 1, finding)
        case "too-many-links":
            pass  # those beyond the maximum are dropped at the end
        case _:
            raise AssertionError(f"not translated: {issue.message}")


def _drop(work: AnnotationSet, key: str, why: str, finding: Finding, loss: Loss) -> None:
    link = work.links[key]
    work.apply(Change("link", key, link, None))
    loss.leave_out(f"{link.type} links", why, 1, finding)
    loss.carried[f"{link.type} links"] -= 1
