"""What the wording of a mention says about its entity: its name, type, and how it is named."""

import re
from dataclasses import dataclass
from functools import lru_cache

from annotator.suggest.spelling import fold
from annotator.text.wordlist import wordlist

HONORIFICS = wordlist("mr mrs ms miss mx dr prof professor sir dame lord lady hon herr frau mme")
POSTS = wordlist(
    """
    minister president chancellor premier governor mayor ambassador senator general colonel captain
    major admiral lieutenant sergeant commander judge prosecutor lawyer spokesman spokeswoman
    spokesperson secretary director chairman chairwoman chair chairperson head leader king queen
    prince princess pope bishop archbishop cardinal sheikh imam rabbi councillor treasurer economist
    hydrologist engineer officer commissioner inspector chief coach manager envoy negotiator
    mediator analyst editor doctor activist farmer driver founder owner executive official diplomat
    deputy historian scientist author
    """
)
_FIELDS = wordlist(
    """
    foreign prime defence defense interior finance economy health energy transport trade justice
    education agriculture environment labour labor culture press attorney police opposition union
    party government state tourism science housing fisheries general federal regional former ex
    acting vice deputy chief senior then first second outgoing new newly elected late
    """
)
_DEPUTY = wordlist("deputy vice")
_ORGS = wordlist(
    """
    ministry parliament council committee commission court party union office department agency bank
    company firm association chamber institute university school hospital police army federation
    league board organisation organization mission embassy regulator operator authority cooperative
    club fund group corporation museum laboratory clinic congress senate assembly cabinet bureau inc
    ltd plc gmbh corp force forces navy customs prosecution directorate secretariat foundation trust
    society alliance coalition front opposition majority presidency chancellery delegation academy
    service services authorities
    """
)
_MEDIA = wordlist(
    """
    news newspaper tv television radio broadcaster times gazette herald tribune magazine station
    courier chronicle telegraph wire weekly daily portal
    """
)
_MEDIA_PHRASE = re.compile(r"\b(?:news|press|state|wire) (?:agency|service)\b|\bagency [A-Z]")
_DOCUMENTS = wordlist(
    """
    report audit poll survey study statement letter document memo treaty agreement communiqué
    communique resolution ruling verdict census bulletin indictment draft paper inspection
    """
)
_GROUPS = wordlist(
    """
    critics experts some many others residents supporters opponents analysts observers sources
    officials diplomats witnesses eyewitnesses people men women parents doctors teachers farmers
    workers students activists protesters voters locals historians lawyers scientists economists
    ministers governments leaders members citizens villagers fishermen families survivors reporters
    journalists neighbours neighbors investors traders most several few refugees elders users
    soldiers clubs dockworkers advocates clinicians pediatricians unions companies delegates
    representatives aides envoys rebels police authorities circles
    """
)
_ROLES = POSTS | wordlist(
    "source aide adviser advisor insider witness eyewitness soldier resident woman man person"
    " employee worker lawmaker expert member mother father student teacher user politician auditor"
    " neighbour neighbor researcher guard reporter passenger survivor trader nurse fisherman"
    " colleague friend relative veteran policeman policewoman doctor"
)
_PRONOUNS = {
    **dict.fromkeys(("he", "she", "him", "his", "her", "hers", "i", "who", "himself"), "person"),
    **dict.fromkeys(("herself", "me", "my", "you", "whom"), "person"),
    **dict.fromkeys(("it", "its", "itself", "which", "that", "this"), "thing"),
    **dict.fromkeys(("they", "them", "their", "we", "us", "our", "themselves", "both"), "several"),
    **dict.fromkeys(("those", "these"), "several"),
}
_INDEFINITE = re.compile(
    r"(?:an?|one|another|yet another|a second|an unnamed)\b|(?:someone|somebody|sources?)\b",
    re.IGNORECASE,
)
_SIDES = wordlist("side government authorities kingdom republic")
_BODIES = _ORGS | _MEDIA | _DOCUMENTS | _SIDES
_LAND = re.compile(r"\w{2,}(?:land|stan|[^aeiou]ia)\Z")
_GIVEN_IN_IA = wordlist(
    """
    maria julia sofia sophia olivia victoria silvia sylvia claudia lucia lydia
    """
)
_PARTICLES = wordlist("de der den del della di da dos do du la le van von af av al el bin ibn y e")
_ARTICLE = re.compile(r"(?:the|an?|its|his|her|their|our|one|another|some)\s+", re.IGNORECASE)
_AFTER_HEAD = re.compile(r"\s(?:of|in|from|at|for|with|on|who|which|that|to|by|under|near)\s|,")
_WORD = re.compile(r"[^\W_]+(?:[-’'.‐‑][^\W_]+)*")


def pronoun_kind(surface: str) -> str:
    """ "person", "thing" or "several" for a pronoun; empty for anything else.

    In capitals it is none: “US” and “IT” are names.
    """
    word = surface.strip()
    return "" if len(word) > 1 and word.isupper() else _PRONOUNS.get(word.casefold(), "")


def is_authors_voice(surface: str) -> bool:
    """Whether the words name who writes the article."""
    return surface.casefold().strip() in ("i", "we", "this newspaper", "this paper", "this author")


@dataclass(frozen=True, slots=True)
class Name:
    """A mention taken apart. `proper` are its name words in order, the last one the family name;
    `posts` and `honorifics` are folded; `head` is the folded noun that says what it is."""

    surface: str
    words: tuple[str, ...]
    proper: tuple[str, ...]
    posts: frozenset[str]
    honorifics: frozenset[str]
    head: str

    @property
    def is_person(self) -> bool:
        """Whether it ends in a name and is no body: not “a Talvian official”, “the court”."""
        return _ends_in_name(self) and not self.is_organ

    @property
    def is_organ(self) -> bool:
        return self.head in _BODIES


@lru_cache(maxsize=2048)
def parse(surface: str) -> Name:
    """Take a mention apart; never fails, whatever the string."""
    whole = surface.strip()
    core = whole.split(",")[0] if "," in whole else whole
    words = tuple(match[0].removesuffix("’s").removesuffix("'s") for match in _WORD.finditer(core))
    front = _AFTER_HEAD.split(core)[0]
    heads = [fold(word) for word in _WORD.findall(front)]
    # “the company Glasmere”: the common noun before a name says what it is.
    kinds = [word for word in heads if word in _BODIES]
    last = heads[-1] if heads else ""
    head = kinds[-1] if kinds and last not in _ROLES else last
    posts: set[str] = set()
    honorifics: set[str] = set()
    proper: list[str] = []
    for word in words:
        folded = fold(word)
        if folded in HONORIFICS:
            honorifics.add(folded)
        elif folded in POSTS or folded in _FIELDS:
            posts.add(folded)
        elif _is_name(word) and not (_ARTICLE.fullmatch(word + " ") and not proper):
            proper.append(word)
    return Name(whole, words, tuple(proper), frozenset(posts), frozenset(honorifics), head)


def _is_name(word: str) -> bool:
    """Whether a word is written as a name: Tarn, al-Tazari."""
    return word[:1].isupper() or (word[3:4].isupper() and word[2:3] == "-")


def naming(surface: str) -> str:
    """ "named", "unnamed" (a senior official) or "generic" (critics)."""
    name = parse(surface)
    words = [fold(word) for word in _WORD.findall(_AFTER_HEAD.split(name.surface)[0])]
    if pronoun_kind(surface):
        return "named"
    if not words:
        return "named"
    if (words[-1] in _GROUPS or words[0] in _GROUPS) and words[-1] not in ("police", "authorities"):
        definite = words[0] in ("the", "its", "their")
        return "named" if definite and name.proper else "generic"
    if _INDEFINITE.match(name.surface) and not _ends_in_name(name):
        return "unnamed"
    return "named"


def guess_type(surface: str) -> str:
    """person, state, org, media, document or group; empty if the words do not tell."""
    name = parse(surface)
    kind = pronoun_kind(surface)
    if kind:
        return "person" if kind == "person" else ""
    if not name.words:
        return ""
    front = _AFTER_HEAD.split(name.surface)[0]
    last = fold(name.words[-1]) if not _AFTER_HEAD.search(name.surface) else name.head
    if naming(surface) == "generic":
        return "group"
    if name.posts & POSTS and _ends_in_name(name) and not _AFTER_HEAD.search(name.surface):
        return "person"  # “union leader Ana Vos”
    if name.head in _DOCUMENTS:
        return "document"
    if name.head in _MEDIA or last in _MEDIA or _MEDIA_PHRASE.search(name.surface):
        return "media"
    if name.head in _SIDES:
        return "state"
    if name.head in _ORGS:
        return "org"
    if name.posts & POSTS or name.honorifics or name.head in _ROLES:
        return "person"
    if len(name.proper) == 1 and len(name.words) <= 2:
        only = name.proper[0]
        if only.isupper() and 2 <= len(only) <= 6:
            return "org"
        if _LAND.search(only) and only.casefold() not in _GIVEN_IN_IA:
            return "state"
        return ""
    lower = [word for word in _WORD.findall(front) if word[:1].islower() and word not in _PARTICLES]
    if 2 <= len(name.proper) <= 4 and not lower and not _ARTICLE.match(front):
        return "person"
    return ""


def bare_name(surface: str) -> str:
    """A mention without article, title and apposition: “foreign minister Ilse Tarn” to its name."""
    if naming(surface) == "unnamed":
        return surface.strip()  # “a senior official”: the article says that there may be others
    whole = surface.strip().split(",")[0].strip()
    name = parse(whole)
    if _ends_in_name(name) and not re.search(r"\b(?:of|in|for)\b", whole):
        words = list(_WORD.finditer(whole))
        posts = [n for n, word in enumerate(words) if fold(word[0]) in POSTS]
        after = words[posts[-1] + 1 :] if posts else words
        first = next((word for word in after if word[0] in name.proper), None)
        if first is not None:
            return whole[first.start() :]
    article = _ARTICLE.match(whole)
    return (whole[article.end() :] if article else whole) or whole


def _ends_in_name(name: Name) -> bool:
    return bool(name.proper) and bool(name.words) and name.words[-1] == name.proper[-1]
