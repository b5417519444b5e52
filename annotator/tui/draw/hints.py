"""Two-letter hints: keys that name the words in view."""

from itertools import product

_LETTERS = "fjdkslaghrueiwoqptyvmcnbxz"  # home row first, strongest fingers first


def hint_keys(count: int) -> list[str]:
    """Up to `count` keys of two letters (676 at most), those on the home row first."""
    keys = ("".join(pair) for pair in product(_LETTERS, repeat=2))
    ranked = sorted(keys, key=lambda key: max(_LETTERS.index(letter) for letter in key) > 8)
    return ranked[:count]
