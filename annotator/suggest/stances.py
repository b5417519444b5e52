"""Cues that carry a direction: who rejects is against, who demands is in favour."""

from typing import Literal

from annotator.text.wordlist import wordlist

Direction = Literal["favour", "against"]

_FAVOUR = wordlist(
    "demand demands demanded demanding urge urges urged urging support supports supported"
    " supporting back backs backed backing welcome welcomes welcomed welcoming endorse endorses"
    " endorsed endorsing favour favours favoured favor favors favored advocate advocates advocated"
    " praise praises praised praising defend defends defended defending propose proposes proposed"
    " recommend recommends recommended applaud applauds applauded insist insists insisted"
    " request requests requested plead pleads pleaded hail hails hailed campaign campaigned"
)
_AGAINST = wordlist(
    "reject rejects rejected rejecting oppose opposes opposed opposing condemn condemns condemned"
    " condemning denounce denounces denounced criticise criticises criticised criticize criticizes"
    " criticized criticising criticizing dismiss dismisses dismissed dismissing protest protests"
    " protested refuse refuses refused object objects objected dispute disputes disputed"
    " contradict contradicts contradicted deplore deplores deplored resist resists resisted"
    " decry decries decried veto vetoed slam slams slammed attack attacks attacked"
)
_PHRASES: dict[str, Direction] = {
    "call for": "favour",
    "calls for": "favour",
    "called for": "favour",
    "calling for": "favour",
    "call on": "favour",
    "calls on": "favour",
    "called on": "favour",
    "push for": "favour",
    "pushed for": "favour",
    "rule out": "against",
    "rules out": "against",
    "ruled out": "against",
    "object to": "against",
    "objected to": "against",
    "warn against": "against",
    "warned against": "against",
}


def direction(cue: str) -> Direction | None:
    """What a cue says of its holder's stance toward the content; None if it says nothing."""
    words = " ".join(cue.casefold().split())
    if words in _PHRASES:
        return _PHRASES[words]
    if words in _FAVOUR:
        return "favour"
    return "against" if words in _AGAINST else None
