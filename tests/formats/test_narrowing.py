"""Text that is cut out or masked: what is left stands where it says, and the rest is told."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.formats.exchange import Export
from annotator.formats.loss import Loss
from annotator.formats.narrowing import ORIGINAL, only_labels, without_text
from annotator.model.article import hash_text
from tests.formats.dock import TEXT, dock, place
from tests.formats.strategies import exports


def test_lines_are_cut_and_what_follows_moves() -> None:
    export, loss = dock(), Loss()
    article, (work,) = without_text(
        export.article, export.sets, [place("Dock stays shut"), place("=SUM(cranes)")], loss,
        mask=False,
    )  # fmt: skip
    assert article.text == TEXT.replace("Dock stays shut\n", "").replace(
        TEXT.splitlines(keepends=True)[3], ""
    )
    assert article.text_hash == work.text_hash == hash_text(article.text)
    assert article.meta[ORIGINAL] == export.article.text_hash
    for key in ("s1", "s2", "s3", "s5", "s8"):
        before = export.sets[0].spans[key].surface(TEXT)
        assert work.spans[key].surface(article.text) == before
    assert "s6" not in work.spans
    assert "s9" not in work.spans
    assert loss.aside["CLAIM spans", "in excluded lines"] == 2
    assert loss.aside["holder links", "in excluded lines"] == 3
    assert loss.changed["articles", "excluded lines cut out"] == 1
    assert not loss.left_out


def test_masked_text_keeps_its_length_and_lines() -> None:
    export, loss = dock(), Loss()
    article, (work,) = without_text(
        export.article, export.sets, [place("Mayor Iva Tolm")], loss, mask=True
    )
    assert len(article.text) == len(TEXT)
    assert [len(line) for line in article.text.split("\n")] == [
        len(line) for line in TEXT.split("\n")
    ]
    assert set(article.text.split("\n")[2]) == {" "}
    assert {span.id for span in work.spans.values()} == {"s6", "s8", "s9"}
    assert work.spans["s8"] == export.sets[0].spans["s8"]


def test_nothing_excluded_changes_nothing() -> None:
    export, loss = dock(), Loss()
    article, sets = without_text(export.article, export.sets, [], loss, mask=False)
    assert (article, sets) == (export.article, export.sets)
    assert not loss.changed


def test_a_profile_is_without_some_labels_and_links() -> None:
    (work,), loss = dock().sets, Loss()
    found = only_labels(work, {"CLAIM", "SPEAKER"}, {"CLAIM.holder"}, loss)
    assert {span.label for span in found.spans.values()} == {"CLAIM", "SPEAKER"}
    assert {link.type for link in found.links.values()} == {"ref", "same_as"}
    assert loss.aside["holder links", "not in the profile"] == 5
    assert loss.aside["STANCE spans", "of another label"] == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(exports(several=False), st.data(), st.booleans())
def test_what_is_left_covers_what_it_covered(
    written: list[Export], data: st.DataObject, mask: bool
) -> None:
    for export in written:
        text = export.article.text
        cuts = st.integers(0, len(text))
        pairs = data.draw(st.lists(st.tuples(cuts, cuts), max_size=3))
        excluded = [(min(pair), max(pair)) for pair in pairs]
        loss = Loss()
        article, (work,) = without_text(export.article, export.sets, excluded, loss, mask=mask)
        (own,) = export.sets
        assert len(article.text) == len(text) if mask else len(article.text) <= len(text)
        assert article.text_hash == hash_text(article.text) == work.text_hash
        gone = sum(n for (what, _), n in loss.aside.items() if what.endswith("spans"))
        assert len(work.spans) + gone == len(own.spans)
        shorter = sum(n for (what, _), n in loss.changed.items() if what.endswith("spans"))
        same = 0
        for key, span in work.spans.items():
            assert span.fragments[-1][1] <= len(article.text)
            before = "".join(own.spans[key].pieces(text))
            after = "".join(span.pieces(article.text))
            assert after in before or len(span.fragments) > 1 or len(own.spans[key].fragments) > 1
            same += after == before
        assert same + shorter >= len(work.spans)
        for link in work.links.values():
            assert link.source in work.spans
