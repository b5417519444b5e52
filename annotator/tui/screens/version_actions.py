"""Two versions of one piece of work, as a merge leaves them: told apart, and one kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotator.model.annotation import AnnotationSet, Fragment
from annotator.tui.modes import MenuMode, numbered

if TYPE_CHECKING:
    from annotator.tui.screens.annotate import AnnotateScreen


class VersionActions:
    """Actions of the annotate screen on work that was done twice."""

    def offer_versions(self: AnnotateScreen) -> None:
        """Ask which version to keep, if there are several; Esc leaves that for another time."""
        versions = self.project.store.versions(self.session.article.id, self.annotator)
        if len(versions) < 2:
            return

        def keep(key: str) -> None:
            self.attempt(lambda: self._keep_version(versions[int(key) - 1]))

        told = [_told(version, versions, self.session.article.text) for version in versions]
        self.enter_mode(MenuMode("keep", numbered(told), keep))
        self.say(
            f"{len(versions)} versions of this work; the first is shown. Esc decides later.",
            "warning",
        )

    def _keep_version(self: AnnotateScreen, version: AnnotationSet) -> None:
        """Go on with this version; the others stay in their files, but no longer count."""
        self.close_article()
        self.project.store.save(version, settle=True)
        self.show_session(self.project.session(version.article_id, self.annotator))
        self.say("Kept. The other version stays in its file.")


def _told(version: AnnotationSet, versions: list[AnnotationSet], text: str) -> str:
    others = set.intersection(*(_marked(other) for other in versions if other is not version))
    own = sorted(_marked(version) - others, key=lambda piece: piece[1])
    count = len(version.spans)
    told = f"{count} span" + ("" if count == 1 else "s")
    if own:
        label, fragments = own[0]
        more = f" and {len(own) - 1} more" if own[1:] else ""
        told += f", only here {label} “{text[slice(*fragments[0])]}”{more}"
    return told


def _marked(version: AnnotationSet) -> set[tuple[str, tuple[Fragment, ...]]]:
    return {(span.label, span.fragments) for span in version.spans.values()}
