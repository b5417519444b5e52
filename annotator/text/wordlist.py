"""Word lists written as running text."""


def wordlist(words: str) -> frozenset[str]:
    """The words of `words`, which are separated by white space."""
    return frozenset(words.split())
