from pathlib import Path

import pytest

from annotator.model.errors import AnnotatorError
from annotator.store.settings import (
    Settings,
    load_settings,
    project_settings_path,
    save_setting,
    user_settings_path,
)
from annotator.store.topics import Topic, add_topic, load_topics


def test_without_files_the_defaults_hold(root: Path) -> None:
    assert load_settings(root) == Settings()
    assert Settings().mouse


def test_the_project_wins_over_the_user(root: Path) -> None:
    user, project = user_settings_path(), project_settings_path(root)
    save_setting(user, "annotator", "zoe")
    save_setting(user, "theme", "dark")
    save_setting(user, "keys", {"undo": ["u"], "done": ["D"]})
    save_setting(project, "theme", "light")
    save_setting(project, "keys", {"undo": ["z", "ctrl+z"]})
    settings = load_settings(root)
    assert (settings.annotator, settings.theme) == ("zoe", "light")
    assert settings.keys == {"undo": ["z", "ctrl+z"], "done": ["D"]}


def test_saving_leaves_the_rest_of_the_file(root: Path) -> None:
    path = project_settings_path(root)
    path.parent.mkdir()
    path.write_text('# mine\ntheme = "dark" # at night\n\n[keys]\nundo = "u"\n')
    save_setting(path, "ascii", True)
    text = path.read_text()
    assert "# mine" in text
    assert "# at night" in text
    settings = load_settings(root)
    assert settings.ascii
    assert settings.keys == {"undo": ["u"]}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("them = 'dark'", "them: there is no such setting; did you mean theme"),
        ("theme = 'blue'", 'theme: \'blue\' does not fit; use "dark", "light"'),
        ("mouse = 'no'", "mouse: 'no' does not fit; use true or false"),
        ("keys = 3", "keys: 3 does not fit; use a table"),
        ("annotator = 1", "annotator: 1 does not fit; use text"),
        ("theme = \nascii = true", "is not valid TOML: .*line 1"),
    ],
)
def test_errors_name_file_and_key(root: Path, line: str, message: str) -> None:
    path = project_settings_path(root)
    path.parent.mkdir()
    path.write_text(line)
    with pytest.raises(AnnotatorError, match=message) as caught:
        load_settings(root)
    assert str(path) in str(caught.value)


def test_wrong_settings_are_not_saved(root: Path) -> None:
    with pytest.raises(AnnotatorError, match="theme"):
        save_setting(project_settings_path(root), "theme", "blue")
    assert not project_settings_path(root).exists()


def test_topics_are_kept_in_order_with_ids_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "corpus/topics.toml"
    assert load_topics(path) == []
    assert add_topic(path, "  Closing the Lindra  mine ") == Topic(
        "closing-the-lindra-mine", "Closing the Lindra mine"
    )
    assert add_topic(path, "closing the LINDRA mine").id == "closing-the-lindra-mine"
    assert add_topic(path, "Closing the Lindra mine!").id == "closing-the-lindra-mine-2"
    assert add_topic(path, "🌊").id == "topic"
    assert add_topic(path, "Größe [x] = \"y\" 'z'").name == "Größe [x] = \"y\" 'z'"
    assert add_topic(path, "発電").id == "発電"
    assert [topic.name for topic in load_topics(path)] == [
        *("Closing the Lindra mine", "Closing the Lindra mine!", "🌊"),
        *("Größe [x] = \"y\" 'z'", "発電"),
    ]


def test_topics_written_by_hand_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text('# ours\n[topics.lake]\nname = "The lake" # see notes\n')
    add_topic(path, "The tram")
    assert path.read_text().startswith('# ours\n[topics.lake]\nname = "The lake" # see notes\n')
    assert [topic.id for topic in load_topics(path)] == ["lake", "the-tram"]


@pytest.mark.parametrize("text", ["topics = 3", "[topics]\nlake = 'The lake'", "[topics.x]"])
def test_wrong_topics_are_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(text)
    with pytest.raises(AnnotatorError, match=r"topics\.toml: topics"):
        load_topics(path)
    with pytest.raises(AnnotatorError, match="needs a name"):
        add_topic(tmp_path / "other.toml", "  ")
