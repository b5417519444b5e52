from pathlib import Path

import pytest

from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme
from annotator.store.scheme_file import load_scheme

SHIPPED = Path(__file__).parents[2] / "guidelines/scheme.toml"
GOOD = """
[labels.CLAIM]
key = "c"
[labels.CLAIM.attributes.act]
kind = "choice"
values = ["assert", "deny"]
default = "assert"
key = "A"
[[labels.CLAIM.links]]
name = "holder"
targets = ["SPEAKER", "ENTITY"]
maximum = "many"
[labels.SPEAKER]
key = "s"
[profiles.fast]
labels = ["CLAIM"]
without_links = ["CLAIM.holder"]
"""


def load(tmp_path: Path, text: str) -> Scheme:
    path = tmp_path / "guidelines/scheme.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load_scheme(path)


def test_the_shipped_scheme() -> None:
    scheme = load_scheme(SHIPPED)
    claim = scheme.labels["CLAIM"]
    holder = claim.link("holder")
    assert holder is not None
    assert (holder.source, holder.minimum, holder.maximum) == ("CLAIM", 1, None)
    assert claim.fragments
    act = claim.attribute("act")
    assert act is not None
    assert (act.default, act.rule) == ("assert", "act")
    assert scheme.under().profile == "fast"
    assert "TARGET" not in scheme.under("fast").labels
    assert scheme.label_for_key("x") is scheme.labels["REGION"]


def test_two_labels_are_a_scheme(tmp_path: Path) -> None:
    scheme = load(tmp_path, '[labels.PERSON]\nkey="p"\n[labels.ORG]\nkey="o"\n')
    assert list(scheme.labels) == ["PERSON", "ORG"]
    assert scheme.under() is scheme
    assert scheme.id == "scheme/1"


@pytest.mark.parametrize("name", ["CLAIM[x]", "[/]", "Große Frage", "発言", "a.b", "[bold]x"])
def test_labels_may_have_any_printable_name(tmp_path: Path, name: str) -> None:
    assert list(load(tmp_path, f'[labels."{name}"]\nkey = "c"\n').labels) == [name]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[labels.CLAIM]", "[labels.CLAIM", "is not valid TOML: .*line 2"),
        ('key = "c"', 'key = "c"\nkeys = "d"', r"labels\.CLAIM\.keys: .*unknown.*did you mean key"),
        ("default", "defualt", r"labels\.CLAIM\.attributes\.act\.defualt: .*did you mean default"),
        ("maximum", "maximal", r"labels\.CLAIM\.links\.holder\.maximal: .*did you mean maximum"),
        ("[labels.SPEAKER]", "[label.SPEAKER]", r"label: .*unknown.*did you mean labels"),
        ("without_links", "zzz", r"profiles\.fast\.zzz: .*known here: labels, without_links, help"),
        ('key = "s"', 'key = "c"', r"labels\.SPEAKER\.key: 'c' is already the key of CLAIM"),
        ('key = "s"', 'key = "ss"', r"labels\.SPEAKER\.key: 'ss' is not one visible character"),
        ('key = "s"', 'key = ""', r"labels\.SPEAKER\.key: it is empty"),
        ('key = "s"', "", r"labels\.SPEAKER\.key: this key is missing; add it"),
        ('key = "s"', "key = 1", r"labels\.SPEAKER\.key: Input should be a valid string, not 1"),
        ('key = "A"', 'key = "\\t"', r"attributes\.act\.key: '\\t' is not one visible"),
        (
            'default = "assert"',
            'default = "asert"',
            r"act\.default: 'asert' .*did you mean 'assert'",
        ),
        ('default = "assert"', "default = true", r"act\.default: True is not one of the values"),
        ('default = "assert"', "default = 3", r"labels\.CLAIM\.attributes\.act\.default: "),
        ('["assert", "deny"]', "[]", r"act\.values: a choice needs values; list them"),
        ('["assert", "deny"]', '["assert", "assert"]', r"act\.values: a value is listed twice"),
        ('["assert", "deny"]', '["assert", 3]', r"act\.values\.1: Input should be a valid string"),
        ('"choice"', '"chioce"', r"act\.kind: 'chioce' is not possible; use 'choice', 'flag'"),
        ('"choice"', '"flag"', r"act\.values: a flag has no list of values"),
        ('"SPEAKER", ', '"SPAEKER", ', r"holder\.targets: 'SPAEKER' .*did you mean 'SPEAKER'"),
        ('["SPEAKER", "ENTITY"]', "[]", r"links\.holder\.targets: "),
        ('"many"', '"all"', r"links\.holder\.maximum: 'all' is not possible; use a number"),
        ('"many"', "0", r"links\.holder\.maximum: 0 is not possible; use a number"),
        ('"many"', "1\nminimum = 2", r"holder\.minimum: 2 is more than the maximum 1"),
        ('"many"', '1\noffer = "via:cue"', r"holder\.offer: CLAIM has no link 'cue'"),
        ('"many"', '1\noffer = "neerest"', r"holder\.offer: .*did you mean 'nearest'"),
        ('["CLAIM"]', '["CLAIMS"]', r"profiles\.fast\.labels: 'CLAIMS' .*did you mean 'CLAIM'"),
        ('["CLAIM"]', "[]", r"profiles\.fast\.labels: the profile offers no label"),
        ("CLAIM.holder", "CLAIM.holdr", r"profiles\.fast\.without_links: .*'CLAIM.holder'"),
        ("[labels.SPEAKER]", "[labels.ENTITY]", r"labels\.ENTITY: ENTITY is a reserved word"),
        ("[labels.SPEAKER]", '[labels."a\\u0007"]', r"labels\.a.*: .*use printable characters"),
    ],
)
def test_errors_name_file_key_and_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert load(tmp_path, GOOD).labels
    assert old in GOOD
    with pytest.raises(AnnotatorError, match=message) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert str(caught.value).startswith("guidelines/scheme.toml")
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "labels: there is no label; add a table"),
        ('profile = "fats"\n' + GOOD, "profile: there is no profile 'fats'; did you mean 'fast'"),
        (GOOD + '[fields.x]\nkind="flag"\ndefault="yes"', r"fields\.x\.default: .*true or false"),
        (GOOD + '[[labels.CLAIM.links]]\nname="holder"\ntargets=["CLAIM"]', "two links|TOML"),
        ("labels = 3", "labels: Input should be a valid dictionary"),
    ],
)
def test_faults_of_the_whole(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(AnnotatorError, match=message):
        load(tmp_path, text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match="cannot be read: No such file"):
        load_scheme(tmp_path / "guidelines/scheme.toml")
    (tmp_path / "scheme.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(AnnotatorError, match="is not UTF-8"):
        load_scheme(tmp_path / "scheme.toml")
