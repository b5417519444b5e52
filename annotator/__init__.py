"""Annotate speakers, claims and stance in news articles.

The names a program imports are loaded on first use, so that `import annotator` stays cheap.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "AnnotationSet": "annotator.model.annotation",
    "AnnotatorError": "annotator.model.errors",
    "Article": "annotator.model.article",
    "Entity": "annotator.model.annotation",
    "Link": "annotator.model.annotation",
    "Project": "annotator.project",
    "Scheme": "annotator.model.scheme",
    "Session": "annotator.model.session",
    "Span": "annotator.model.annotation",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'annotator' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return __all__
