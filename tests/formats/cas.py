"""CAS documents of ours, and made with dkpro-cassis as INCEpTION would write them."""

from cassis import Cas, TypeSystem

from annotator.formats.exchange import Export
from annotator.model.annotation import AnnotationSet, Entity, Link, Span
from annotator.model.article import Article, hash_text
from tests.formats.strategies import SCHEME

TEXT = "🎻 Ines Tal said 👩‍🚒 the quay, “at last”, would close. Bo agreed."
"""18 characters above U+FFFF or combining: every offset differs from its code points."""


def ours(text: str = TEXT) -> Export:
    """Nested spans, twins, pieces, attributes that fit no feature, links of all kinds."""
    article = Article("quay", text, hash_text(text), headline="Quay", language="en")

    def at(covered: str) -> tuple[int, int]:
        start = text.index(covered)
        return start, start + len(covered)

    whole = (at("the quay")[0], at("would close")[1])
    spans = {
        "s1": Span("s1", "SPEAKER", (at("Ines Tal"),)),
        "s2": Span(
            "s2", "CLAIM", (at("the quay"), at("would close")),
            {"act": "assert", "gloss": "It\tcloses\n", "odd name": True},
            ("unsure",), 'see "below"', "edited",
        ),
        "s3": Span("s3", "CLAIM", (whole,), {"polarity": "pos"}),
        "s4": Span("s4", "CLAIM", (whole,), {"polarity": "neg"}),
        "s5": Span("s5", "CUE", (at("said"),), {"neg": False}),
        "s6": Span("s6", "ODD LABEL", (at("agreed"),)),
    }  # fmt: skip
    links = {
        "l1": Link("l1", "holder", "s2", "s1", order=2, origin="copied"),
        "l2": Link("l2", "cue", "s2", "s5"),
        "l3": Link("l3", "ref", "s1", "e1", "entity"),
        "l4": Link("l4", "topic", "s3", "quay-works", "topic", 1),
    }
    entities = {"e1": Entity("e1", "Ines Tal", "person", kb="Q7")}
    fields = {"status": "done", "genre": "news", "note": "hard"}
    work = AnnotationSet(
        "quay", article.text_hash, "ada", SCHEME.id, spans, links, entities, fields
    )
    return Export(article, (work,))


def inception(text: str = TEXT) -> Cas:
    """Named entities, a custom layer with a slot, a relation layer, and tokens."""
    types = TypeSystem()
    annotation = "uima.tcas.Annotation"
    token = types.create_type(
        "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token", annotation
    )
    entity = types.create_type("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity", annotation)
    types.create_feature(entity, "value", "uima.cas.String")
    types.create_feature(entity, "identifier", "uima.cas.String")
    link = types.create_type("webanno.custom.StatementByLink", "uima.cas.TOP")
    types.create_feature(link, "role", "uima.cas.String")
    types.create_feature(link, "target", annotation)
    statement = types.create_type("webanno.custom.Statement", annotation)
    types.create_feature(statement, "certain", "uima.cas.Boolean")
    types.create_feature(statement, "score", "uima.cas.Integer")
    types.create_feature(statement, "tags", "uima.cas.StringArray")
    types.create_feature(
        statement, "by", "uima.cas.FSArray", elementType=link, multipleReferencesAllowed=False
    )
    relation = types.create_type("webanno.custom.Rel", annotation)
    types.create_feature(relation, "Governor", annotation)
    types.create_feature(relation, "Dependent", annotation)
    types.create_feature(relation, "kind", "uima.cas.String")

    cas = Cas(types)
    cas.sofa_string = text
    cas.sofa_mime = "text"

    def at(covered: str) -> dict[str, int]:
        start = text.index(covered)
        return {"begin": start, "end": start + len(covered)}

    person = entity(**at("Ines Tal"), value="PER", identifier="http://kb/Q7")
    other = entity(**at("Bo"), value="PER")
    slot = link(role="speaker", target=person)
    claim = statement(
        **at("the quay"),
        certain=True,
        score=3,
        tags=types.get_type("uima.cas.StringArray")(elements=["a b", "c"]),
        by=types.get_type("uima.cas.FSArray")(elements=[slot]),
    )
    arrow = relation(**at("Bo"), Governor=claim, Dependent=other, kind="denied by")
    cas.add_all([token(**at("said")), token(**at("agreed")), person, other, claim, arrow])
    return cas
