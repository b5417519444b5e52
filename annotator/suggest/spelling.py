"""Whether two words may be spellings of one name, as transliteration and translation make them."""

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "æ": "e", "œ": "e", "đ": "d", "ð": "d", "þ": "t", "ı": "i"}
)
_HISSES = str.maketrans(
    {"č": "ch", "ć": "ch", "š": "sh", "ş": "sh", "ș": "sh", "ž": "zh", "ț": "ts"}
)
_MARKS = re.compile(r"[^\w]|_|\d")

# Ways in which spellings of one sound differ; applied in order to a folded word.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"t?sch|shch|tch|ch(?![rlt])|cz|ts|tz|dzh|dj|sh|zh", "s"),
        (r"^kh", "h"),
        (r"qu|kw|kv", "ku"),
        (r"ph|w|ff", "v"),
        (r"(?<=[aeiouy])f(?=[aeiouy])|f$", "v"),
        (r"[cgk]h|ck|q|c(?![eiy])", "k"),
        (r"x", "ks"),
        (r"[cz]", "s"),
        (r"([dtblmnrp])h", r"\1"),
        (r"ou|oo", "u"),
        (r"ee|ie$|ey$|ij|ii|iy|yi|ye|ie|je|[yj]", "i"),
        (r"h(?![aeiou])|(?<=[aeiou])h", ""),
        (r"(.)\1+", r"\1"),
    )
)
_VOWELS = re.compile(r"[aeiou]+")
_VOICED = str.maketrans("bdgzf", "ptksv")
_WEAK_END = re.compile(r"(?<=[aeiou])[vnhs]$|(?<=[^aeiou])[aeiou]$")


def fold(word: str) -> str:
    """The word in lower case without diacritics and marks."""
    lower = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return _MARKS.sub("", "".join(c for c in lower if not unicodedata.combining(c)))


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    sound = fold(word.casefold().translate(_HISSES))
    for pattern, by in _SOUNDS:
        sound = pattern.sub(by, sound)
    return sound


@lru_cache(maxsize=4096)
def _skeleton(word: str) -> str:
    """The consonants, voiced and voiceless as one, without a weak last sound."""
    sound = _WEAK_END.sub("", _sound(word))
    first = sound[:1] if sound[:1] in "aeiou" else ""
    return first + re.sub(r"(.)\1+", r"\1", _VOWELS.sub("", sound).translate(_VOICED))


def similarity(one: str, other: str) -> float:
    """How likely two words spell one name, 0.0 to 1.0; 1.0 if they differ in marks alone."""
    if fold(one) == fold(other):
        return 1.0
    from rapidfuzz.distance import JaroWinkler, Levenshtein  # not before a name is compared

    a, b = _sound(one), _sound(other)
    if min(len(a), len(b)) < 3:
        return 1.0 if a == b and a else 0.0
    bones, other_bones = _skeleton(one), _skeleton(other)
    apart = Levenshtein.distance(bones, other_bones)
    stems = _WEAK_END.sub("", a), _WEAK_END.sub("", b)
    syllables = min(_syllables_apart(a, b), _syllables_apart(*stems))
    score = 0.5 * JaroWinkler.similarity(a, b) + 0.5 * Levenshtein.normalized_similarity(a, b)
    if bones == other_bones:
        score += 0.08 if len(bones) > 2 else 0.0
    score -= 0.16 * apart * 4 / max(len(bones), len(other_bones), 4)
    score -= 0.07 * syllables
    if abs(len(a) - len(b)) > 1 and abs(len(stems[0]) - len(stems[1])) > 1:
        score -= 0.07
    if min(len(bones), len(other_bones)) < 2:
        score -= 0.15
    return max(0.0, min(score, 0.99))


def _syllables_apart(one: str, other: str) -> int:
    return abs(len(_VOWELS.findall(one)) - len(_VOWELS.findall(other)))
