"""Does GATE's Python library read what we write, and we what it writes? Run by hand:

python -m venv gate && gate/bin/pip install . gatenlp requests
gate/bin/python -m tests.peers.gate
"""

import tempfile
from pathlib import Path

from gatenlp import Document

from annotator.formats import registry
from annotator.formats.exchange import Export, Sink, Source
from annotator.formats.fitting import fit
from annotator.formats.loss import Loss
from annotator.formats.output import Output
from annotator.model.annotation import AnnotationSet, Link, Span
from annotator.model.article import Article, hash_text
from annotator.store.scheme_file import load_scheme

SCHEME = load_scheme(Path(__file__).parents[2] / "guidelines" / "scheme.toml")
ARTICLE = Article("a1", text := "Osk 🌊 says no.", hash_text(text))
SPANS = {
    "s1": Span("s1", "SPEAKER", ((0, 3),)),
    "s2": Span("s2", "CUE", ((6, 10),), {"neg": True}),
}
FORMAT = registry.get("bdoc")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _read_there(Path(folder))
        for unit in ("p", "j"):
            _read_here(Path(folder, f"{unit}.bdocjs"), unit)


def _read_there(folder: Path) -> None:
    links = {"l1": Link("l1", "holder", "s2", "s1")}
    work = AnnotationSet("a1", ARTICLE.text_hash, "ada", SCHEME.id, SPANS, links)
    output = Output(str(folder / "out"))
    assert FORMAT.write is not None
    with output.committed():
        sink = Sink(output, FORMAT.settle({}), SCHEME, str, Loss())
        FORMAT.write([Export(ARTICLE, (work,))], sink)
    (path,) = (folder / "out").iterdir()
    document = Document.load(str(path), fmt="bdocjs")
    found = document.annset("ada")
    assert document.text == ARTICLE.text
    assert [(x.type, document[x]) for x in found] == [("SPEAKER", "Osk"), ("CUE", "says")]
    assert found.get(1).features["links"] == {"holder": [0]}
    print(f"gatenlp reads {len(found)} annotations with their features")


def _read_here(path: Path, unit: str) -> None:
    document = Document(ARTICLE.text)
    for span in SPANS.values():
        document.annset("bo").add(span.start, span.end, span.label, dict(span.attributes))
    document.save(str(path), fmt="bdocjs", offset_type=unit)
    loss = Loss()
    assert FORMAT.read is not None
    (read,) = FORMAT.read(Source(path, FORMAT.settle({}), SCHEME, loss))
    (work,) = (fit(read, one, ARTICLE, "bo", SCHEME, loss) for one in read.sets)
    found = [(x.label, x.fragments, x.attributes) for x in work.in_order()]
    assert found == [(x.label, x.fragments, x.attributes) for x in SPANS.values()]
    assert not loss.left_out
    print(f"{len(found)} annotations of gatenlp are read, offset type {unit}")


if __name__ == "__main__":
    main()
