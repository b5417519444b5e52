"""Bracket notation: what people write, what is refused, and where."""

from pathlib import Path

import pytest

from annotator.formats import brackets
from annotator.formats.exchange import ForeignDocument, Source
from annotator.formats.loss import Loss
from annotator.formats.notation import NotationError, example, parse
from annotator.store.scheme_file import load_scheme

SCHEME = load_scheme(Path(__file__).parents[2] / "guidelines" / "scheme.toml")


def read(tmp_path: Path, text: str) -> tuple[list[ForeignDocument], Loss]:
    file = tmp_path / "work.brackets"
    file.write_text(text, encoding="utf-8", newline="")
    loss = Loss()
    return list(brackets.read(Source(file, {}, SCHEME, loss))), loss


def surfaces(source: str) -> dict[str, tuple[str, str | None]]:
    marked = parse(source, SCHEME)
    return {span.id: (span.label, span.surface) for span in marked.work.spans}


def test_keys_and_names_of_labels_mark_spans() -> None:
    assert surfaces("[S Ona] [CUE2 said] [C1 no].") == {
        "S": ("SPEAKER", "Ona"),
        "CUE2": ("CUE", "said"),
        "C1": ("CLAIM", "no"),
    }


def test_the_same_id_again_is_another_piece() -> None:
    marked = parse("[C “Yes,”] [S she] [E said], [C “but later.”]", SCHEME)
    claim = marked.work.spans[0]
    assert marked.text == "“Yes,” she said, “but later.”"
    assert claim.fragments == [(0, 6), (17, 29)]
    assert claim.surface == "“Yes,” “but later.”"


def test_spans_may_cross() -> None:
    marked = parse("[C1 one [T1 two ]C1>three] four", SCHEME)
    assert marked.text == "one two three four"
    assert [(x.id, x.fragments) for x in marked.work.spans] == [
        ("C1", [(0, 8)]),
        ("T1", [(4, 13)]),
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\[C1 not marked\]", "[C1 not marked]"),
        ("[sic] and [he] and ] and a [ b", "[sic] and [he] and ] and a [ b"),
        ("[C it [sic] held]", "it [sic] held"),
        ("back\\slash and \\\\ two", "back\\slash and \\ two"),
        ("[S  two blanks]", " two blanks"),
        ("[S\nwrapped]", "wrapped"),
    ],
)
def test_brackets_of_the_text_itself(source: str, text: str) -> None:
    assert parse(source, SCHEME).text == text


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("a\n[C1 open\nend", 2, "not closed"),
        ("a\n\n[C1 one [C1 two]]", 3, "opens again"),
        ("[C1 ] x", 1, "holds no text"),
    ],
)
def test_brackets_that_do_not_fit_name_their_line(source: str, line: int, message: str) -> None:
    with pytest.raises(NotationError, match=message) as caught:
        parse(source, SCHEME)
    assert caught.value.line == line


def test_details_say_links_attributes_flags_and_notes() -> None:
    text, work = example(
        "[S She] and [S2 he] [E deny] [C that it rains].\n---\n"
        '@ona = Ona Vesk, person, named, affiliation @city, kb Q7, note "twice, \\"so\\""\n'
        "@city = the city of Tramm, org\n"
        "S: ref @ona @city\n"
        "E: neg\n"
        'C: holder S2 S, cue E, relay AUTHOR, deny, polarity neg, flag unsure mt, note "why, oh"',
        SCHEME,
    )
    assert text == "She and he deny that it rains."
    claim = work.spans["C"]
    assert claim.attributes == {"act": "deny", "polarity": "neg"}
    assert (claim.flags, claim.note) == (("unsure", "mt"), "why, oh")
    assert work.spans["E"].attributes == {"neg": True}
    assert [link.target for link in work.links_from("C", "holder")] == ["S2", "S"]
    assert work.links_from("C", "relay")[0].target_kind == "entity"
    ona = work.entities["ona"]
    assert (ona.name, ona.type, ona.naming, ona.kb) == ("Ona Vesk", "person", "named", "Q7")
    assert (ona.affiliation, ona.note) == ("city", 'twice, "so"')
    assert [link.target for link in work.links_from("S", "ref")] == ["ona", "city"]


def test_a_mention_without_a_word_names_what_it_reads() -> None:
    _, work = example("[S1 Tramm] and [S2  Tramm] and [S3 he]\n---\nS3: ref -", SCHEME)
    named = {link.source: work.entities[link.target].name for link in work.links.values()}
    assert named == {"S1": "Tramm", "S2": "Tramm"}
    assert len(work.entities) == 1


@pytest.mark.parametrize(
    ("detail", "message"),
    [
        ("C: holder S9", "there is no S9"),
        ("C: holder @x", "there is no entity @x"),
        ("C: happy", "no link, attribute or value of CLAIM"),
        ("C: none", ""),
        ("Q: deny", "no span of the text is called Q"),
        ('C: note "open', "not closed"),
        ("nonsense", "is no detail"),
        ("@a = A, person, martian", "says nothing of entity"),
    ],
)
def test_details_that_say_nothing_are_refused(detail: str, message: str) -> None:
    source = f"[C it rains]\n---\n{detail}"
    if not message:
        assert example(source, SCHEME)[1].spans["C"].attributes == {"certainty": "none"}
        return
    with pytest.raises(NotationError, match=message) as caught:
        example(source, SCHEME)
    assert caught.value.line == 3


def test_a_file_of_two_articles(tmp_path: Path) -> None:
    documents, loss = read(
        tmp_path,
        "article: rain-tramm\nannotator: ona\nlanguage: en\ntopics: rain, sun\nusable: false\n"
        "status: done\nflags: mt\n\n[S Ona] [E said] [C it rains].\n---\nC: holder S\n"
        "===\n[S Ben] sleeps.\n",
    )
    first, second = documents
    assert (first.id, first.text) == ("rain-tramm", "Ona said it rains.")
    work = first.sets[0]
    assert (work.annotator, work.status, work.flags) == ("ona", "done", ("mt",))
    assert work.fields == {"language": "en", "topics": ("rain", "sun"), "usable": False}
    assert (second.id, second.text) == ("", "Ben sleeps.")
    assert [span.line for span in work.spans] == [9, 9, 9]
    assert not loss.anything_left_out


def test_one_broken_article_leaves_the_others(tmp_path: Path) -> None:
    documents, loss = read(tmp_path, "[S Ona\n===\n[S Ben] sleeps.\n---\nS: ref @nobody\n")
    assert [document.text for document in documents] == ["Ben sleeps."]
    found = [(finding.line, finding.message) for finding in loss.findings]
    assert [line for line, _ in found] == [1, 5]
    assert "not closed" in found[0][1]
    assert "no entity @nobody" in found[1][1]
    assert loss.left_out == {("articles", "cannot be read"): 1, ("details", "cannot be read"): 1}


def test_lines_of_the_text_that_look_like_separators(tmp_path: Path) -> None:
    documents, _ = read(tmp_path, "One\n\\---\n\\===\nTwo\n---\n")
    assert documents[0].text == "One\n---\n===\nTwo"
