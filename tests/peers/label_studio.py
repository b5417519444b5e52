"""Does Label Studio's own library read what we write, and we what it makes? Run by hand:

python -m venv ls && ls/bin/pip install . label-studio-sdk   # 0.5 GB, hence no dependency
ls/bin/python -m tests.peers.label_studio
"""

import json
import tempfile
from pathlib import Path

from label_studio_sdk.converter import Converter
from label_studio_sdk.label_interface import LabelInterface

from annotator.formats import registry
from annotator.formats.exchange import Export, Sink, Source
from annotator.formats.fitting import fit
from annotator.formats.loss import Loss
from annotator.formats.output import Output
from annotator.model.annotation import AnnotationSet, Link, Span
from annotator.model.article import Article, hash_text
from annotator.store.scheme_file import load_scheme

SCHEME = load_scheme(Path(__file__).parents[2] / "guidelines" / "scheme.toml")
TEXT = "Osk 🌊 flatly rejects\nthe port fees, “for good 👩‍🚒”, Mira Vell said."
FORMAT = registry.get("label-studio")


def span(id: str, label: str, covered: str, **attributes: str | bool) -> Span:
    start = TEXT.index(covered)
    return Span(id, label, ((start, start + len(covered)),), attributes)


SPANS = [
    span("s1", "SPEAKER", "Mira Vell"),
    span("s2", "CUE", "said", neg=True),
    span("s3", "CLAIM", "“for good 👩‍🚒”", act="deny", polarity="neg"),
    span("s4", "CLAIM", "rejects\nthe port fees"),
]
LINKS = [Link("l1", "holder", "s3", "s1"), Link("l2", "cue", "s3", "s2")]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tasks, config = Path(folder, "tasks.json"), Path(folder, "config.xml")
        _write(tasks, config)
        interface = LabelInterface(config.read_text(encoding="utf-8"))
        interface.validate()
        (task,) = json.loads(tasks.read_bytes())
        # Without annotations: with some, 2.1.2 fails before it looks at them.
        interface.validate_task({"id": task["id"], "data": task["data"]})
        errors = interface.validate_prediction(task["annotations"][0], return_errors=True)
        assert not errors, errors
        print("the configuration and the annotation are valid for label_interface")
        _converted(tasks, config, folder)
        _made_there(interface, folder)


def _write(tasks: Path, config: Path) -> None:
    article = Article("a1", TEXT, hash_text(TEXT))
    work = AnnotationSet(
        "a1",
        article.text_hash,
        "ada",
        SCHEME.id,
        {item.id: item for item in SPANS},
        {item.id: item for item in LINKS},
    )
    output = Output(str(tasks))
    options = FORMAT.settle({"config": str(config)})
    assert FORMAT.write is not None
    with output.committed():
        FORMAT.write(iter([Export(article, (work,))]), Sink(output, options, SCHEME, str, Loss()))


def _converted(tasks: Path, config: Path, folder: str) -> None:
    """Their converter gives the same places, labels and attributes."""
    target = Path(folder, "min")
    Converter(str(config), str(target), download_resources=False).convert_to_json_min(
        str(tasks), str(target), is_dir=False
    )
    (row,) = json.loads(next(target.glob("*.json")).read_bytes())
    found = {(item["start"], item["end"], *item["labels"]) for item in row["label"]}
    assert found == {(item.start, item.end, item.label) for item in SPANS}, found
    assert all(TEXT[item["start"] : item["end"]] == item["text"] for item in row["label"])
    print(f"the converter gives the same {len(found)} spans; its columns: {', '.join(row)}")


def _made_there(interface: LabelInterface, folder: str) -> None:
    """Regions that their library makes for our configuration are read as what they are."""
    control = interface.get_control("label")
    results = [
        control.label([item.label], start=item.start, end=item.end)._dict() for item in SPANS
    ]
    annotations = [{"completed_by": 3, "result": results}]
    task = {"id": 7, "data": {"text": TEXT}, "annotations": annotations}
    path = Path(folder, "made.json")
    path.write_text(json.dumps([task]), encoding="utf-8")
    loss = Loss()
    assert FORMAT.read is not None
    # They hold no covered texts, and the text holds emoji: so it must be said what they count.
    said = FORMAT.settle({"unit": "code-points", "end": "exclusive"})
    (document,) = FORMAT.read(Source(path, said, SCHEME, loss))
    article = Article("7", TEXT, hash_text(TEXT))
    (work,) = (fit(document, one, article, "3", SCHEME, loss) for one in document.sets)
    found = {(item.label, item.fragments) for item in work.spans.values()}
    assert found == {(item.label, item.fragments) for item in SPANS}
    assert not loss.left_out
    print(f"{len(found)} regions made by the library are read as they are")


if __name__ == "__main__":
    main()
