"""One article with claims, stances and a region, for the formats that tell who said what."""

from annotator.formats.exchange import Export
from annotator.model.annotation import AnnotationSet, Entity, Link, Span
from annotator.model.article import Article, hash_text
from tests.formats.strategies import SCHEME

TEXT = (
    "Dock stays shut\n\n"
    "Mayor Iva Tolm said on Monday that the old dock is “not safe 🚢”. Pilot Rem Osk denied it.\n"
    "=SUM(cranes) was painted on the gate, and the “bill, he wrote, is ours”.\n\n"
    "Read also: ten harbours\n"
)
TOPIC = "dock-reopening"


def place(words: str, nth: int = 0) -> tuple[int, int]:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return start, start + len(words)


def dock(annotator: str = "ada", split: str = "", status: str = "done") -> Export:
    """Two holders; a claim by each, one of them in two pieces; a claim by the author; a stance."""
    article = Article(
        "dock", TEXT, hash_text(TEXT), "Dock stays shut", "Osk Wire", "2031-05-03", "", "en"
    )
    spans = [
        Span("s1", "SPEAKER", (place("Mayor Iva Tolm"),)),
        Span("s2", "CUE", (place("said"),)),
        Span(
            "s3",
            "CLAIM",
            (place("that the old dock is “not safe 🚢”"),),
            {"form": "mixed", "check": "worth", "topic": TOPIC},
        ),
        Span("s4", "SPEAKER", (place("Pilot Rem Osk"),)),
        Span("s5", "CLAIM", (place("denied it"),), {"polarity": "neg"}, ("unsure",), "odd"),
        Span("s6", "CLAIM", (place("“bill,"), place("is ours”")), {"gloss": "The bill is theirs."}),
        Span("s7", "STANCE", (place("denied"),), {"stance": "against"}),
        Span("s8", "REGION", (place("Read also: ten harbours"),), {"kind": "related"}),
        Span("s9", "CLAIM", (place("=SUM(cranes)"),), {"form": "authorial"}),
        Span("s10", "STANCE", (place("not safe"),), {"stance": "neutral"}),
    ]
    ends = [
        ("ref", "s1", "e1", "entity"),
        ("ref", "s4", "e2", "entity"),
        ("holder", "s3", "s1", "span"),
        ("cue", "s3", "s2", "span"),
        ("holder", "s5", "s4", "span"),
        ("same_as", "s5", "s3", "span"),
        ("holder", "s6", "s4", "span"),
        ("holder", "s6", "s1", "span"),
        ("holder", "s7", "s4", "span"),
        ("target", "s7", "s3", "span"),
        ("claim", "s7", "s5", "span"),
        ("holder", "s9", "AUTHOR", "entity"),
        ("holder", "s10", "s1", "span"),
        ("target", "s10", TOPIC, "topic"),
        ("claim", "s10", "s3", "span"),
    ]
    links = [
        Link(f"l{number}", type, source, target, kind, number)  # type: ignore[arg-type]
        for number, (type, source, target, kind) in enumerate(ends, 20)
    ]
    entities = [Entity("e1", "Iva Tolm", "person", "named"), Entity("e2", "Rem Osk", "person")]
    work = AnnotationSet(
        "dock",
        article.text_hash,
        annotator,
        SCHEME.id,
        {span.id: span for span in spans},
        {link.id: link for link in links},
        {entity.id: entity for entity in entities},
        {
            "status": status,
            "genre": "interview",
            "stance_targets_checked": (TOPIC, "harbour-levy"),
        },
        serial=50,
        mark=60,
    )
    return Export(article, (work,), split)
