"""Words that signal an attribution, with what the holder does by them."""

from annotator.text.units import Range, Units

# Verbs by act, `_` for a space. Regular ones are inflected by rule; `ban+` doubles its last letter,
# irregular forms are spelled out: lemma/past/participle. With a colon the lemma is a common word
# besides, and only its past and its participle count.
_VERBS = {
    "assert": """
        say/said/said tell/told/told add state: explain note announce report describe declare
        argue assert claim allege contend maintain insist stress emphasise emphasize underline
        underscore highlight mention remark comment observe point_out write/wrote/written
        tweet post: respond reply answer confirm affirm reaffirm acknowledge admit+ concede
        confess reveal disclose indicate suggest imply signal: warn caution accuse blame
        criticise criticize condemn denounce slam+ blast lambast praise hail welcome laud
        applaud agree disagree testify quote cite estimate predict forecast/forecast/forecast
        project: conclude repeat reiterate recall clarify elaborate complain lament joke quip+
        boast charge: inform brief: counter: retort echo hint speak_of/spoke_of/spoken_of
        talk_about talk_of call/called/called dub+ label: term: show/showed/shown
        set_out+/set_out/set_out lay_out/laid_out/laid_out spell_out
        make_clear/made_clear/made_clear go_on_to_say/went_on_to_say/gone_on_to_say endorse
        support: back: defend justify object: protest: oppose urge_caution
    """,
    "deny": """
        deny reject dismiss refute rebut+ dispute contradict rule_out repudiate disavow
        disclaim play_down brush_off shrug_off challenge: decline_to_confirm wave_away
    """,
    "request": """
        demand urge request require: call_for call_on appeal press_for push_for order:
        insist_on recommend advise advocate propose invite plead beg+ implore instruct
        command: exhort ask_for seek/sought/sought lobby petition
    """,
    "commit": """
        vow pledge promise commit+ swear/swore/sworn undertake/undertook/undertaken guarantee
        offer threaten refuse decline plan+ intend agree_to volunteer aim_to resolve_to
        decide_to prepare_to
    """,
    "believe": """
        believe think/thought/thought fear hope expect want wish doubt suspect assume consider
        regard worry feel/felt/felt anticipate suppose presume reckon guess imagine favour
        favor prefer+ understand/understood/understood know/knew/known deem view:
        foresee/foresaw/foreseen dream/dreamed/dreamt hold_out_hope
    """,
    "ask": """
        ask question: wonder inquire enquire query
    """,
}
_NOUNS = {
    "assert": """
        statement statements remark remarks comment comments claim claims report reports
        announcement announcements allegation allegations accusation accusations assertion
        assertions argument arguments warning warnings explanation criticism admission
        testimony assessment forecast conclusion conclusions
    """,
    "deny": "denial denials rejection dismissal refutation",
    "request": """
        demand demands call_for calls_for appeal appeals request requests proposal proposals
        recommendation recommendations advice plea pleas
    """,
    "commit": """
        promise promises pledge pledges vow vows commitment commitments threat threats plan_to
        plans_to offer offers refusal
    """,
    "believe": """
        belief beliefs fear fears hope hopes expectation expectations view views opinion
        opinions doubt doubts suspicion suspicions concern concerns worries wish wishes
    """,
    "ask": "question questions query queries",
}
_PHRASES = {
    "assert": """
        according_to in_the_words_of reportedly allegedly purportedly supposedly
        by_all_accounts as_saying quoted_as_saying so-called
    """,
    "believe": "in_the_view_of in_the_opinion_of from_the_point_of_view_of in_the_eyes_of",
}


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + "ed"


def _third_person(verb: str) -> str:
    if verb.endswith(("s", "x", "z", "ch", "sh")) or verb in ("go", "echo"):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def _present_participle(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + "ing"


def _inflect(entry: str) -> list[str]:
    """All forms of one entry of `_VERBS`, phrases with spaces."""
    lemma, *irregular = entry.replace("_", " ").split("/")
    also_noun, doubled = lemma.endswith(":"), lemma.endswith("+")
    verb, _, particle = lemma.rstrip(":+").partition(" ")
    stem = verb + verb[-1] if doubled else verb
    tail = f" {particle}" if particle else ""
    forms = irregular or [_past(stem) + tail]
    forms.append((stem + "ing" if doubled else _present_participle(verb)) + tail)
    if not also_noun:
        forms += [verb + tail, _third_person(verb) + tail]
    return forms


def _build() -> dict[str, str]:
    cues: dict[str, str] = {}
    for act, verbs in _VERBS.items():
        for entry in verbs.split():
            for form in _inflect(entry):
                cues.setdefault(form, act)
    for lists in (_NOUNS, _PHRASES):
        for act, words in lists.items():
            for word in words.split():
                cues.setdefault(word.replace("_", " "), act)
    return cues


CUES: dict[str, str] = _build()
"""Every form of a cue, lower case, words joined by one space -> the act of the claim it brings."""

_LONGEST: dict[str, int] = {}
for _cue in CUES:
    _first, *_rest = _cue.split()
    _LONGEST[_first] = max(_LONGEST.get(_first, 1), 1 + len(_rest))


def find_cues(units: Units, start: int, end: int) -> list[tuple[Range, str]]:
    """The cues in `[start, end)` with their acts; the longest at each place, none overlapping."""
    tokens = [(max(first, start), min(last, end)) for first, last in units.tokens(start, end)]
    words = [units.text[first:last].lower() for first, last in tokens]
    found: list[tuple[Range, str]] = []
    index = 0
    while index < len(words):
        for length in range(_LONGEST.get(words[index], 0), 0, -1):
            act = CUES.get(" ".join(words[index : index + length]))
            if act is not None:
                last = min(index + length, len(words)) - 1
                found.append(((tokens[index][0], tokens[last][1]), act))
                index += length
                break
        else:
            index += 1
    return found
