"""Attributions found by rule. Written `[speaker] <cue> {claim}`; fragments are joined by ` // `."""

import pytest

from annotator.suggest.attributions import Frame, frames
from annotator.text.units import Units


def show(text: str, frame: Frame) -> str:
    parts = [f"[{text[slice(*frame.speaker)]}]" if frame.speaker else "[]"]
    parts.append(f"<{text[slice(*frame.cue)]}>")
    parts += ["{" + " // ".join(text[a:b] for a, b in claim) + "}" for claim in frame.claims]
    if frame.relay and frame.relay_cue:
        parts.append(f"via [{text[slice(*frame.relay)]}] <{text[slice(*frame.relay_cue)]}>")
    return " ".join(parts)


def found(text: str) -> list[str]:
    return [show(text, frame) for frame in frames(Units(text), 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # cue, then a clause; “that” and “whether” in, the final stop out (rule 31)
        (
            "Mirela Oszkar said that the ferry was late.",
            "[Mirela Oszkar] <said> {that the ferry was late}",
        ),
        ("The keeper says the lamp is broken.", "[The keeper] <says> {the lamp is broken}"),
        (
            "A pilot told the harbour board that the buoy had drifted.",
            "[A pilot] <told> {that the buoy had drifted}",
        ),
        (
            "Oszkar asked whether the lighthouse was manned.",
            "[Oszkar] <asked> {whether the lighthouse was manned}",
        ),
        # time and place out (rules 16, 25, 31)
        (
            "Oszkar said on Sunday in Pelgrad that the ice was thin.",
            "[Oszkar] <said> {that the ice was thin}",
        ),
        (
            "In Pelgrad the owners of the mills demanded a refund.",
            "[the owners of the mills] <demanded> {a refund}",
        ),
        # the speaker: apposition in, comma-relative out, plain relative in (rule 16)
        (
            "Mirela Oszkar, Talvia’s minister for fish, said that the nets were empty.",
            "[Mirela Oszkar, Talvia’s minister for fish] <said> {that the nets were empty}",
        ),
        (
            "Mirela Oszkar, who had slept badly, said that the nets were empty.",
            "[Mirela Oszkar] <said> {that the nets were empty}",
        ),
        (
            "Women who mend nets fear that the factory will close.",
            "[Women who mend nets] <fear> {that the factory will close}",
        ),
        # quotations: marks in
        (
            "“The nets are empty,” Oszkar said.",
            "[Oszkar] <said> {“The nets are empty,”}",
        ),
        (
            "“The nets are empty!” said the skipper of the Morwen.",
            "[the skipper of the Morwen] <said> {“The nets are empty!”}",
        ),
        ("Oszkar said: “The nets are empty.”", "[Oszkar] <said> {“The nets are empty.”}"),
        (
            "Oszkar said the nets were “as empty as a church”.",
            "[Oszkar] <said> {the nets were “as empty as a church”}",
        ),
        (
            "The union called the offer “a wet handshake”.",
            "[The union] <called> {“a wet handshake”}",
        ),
        # interrupted: one claim of two fragments (rule 34)
        (
            "“We will fish,” Oszkar said, “if the wind lets us.”",
            "[Oszkar] <said> {“We will fish,” // “if the wind lets us.”}",
        ),
        (
            "Without a licence, Oszkar warned, the boats would stay in port.",
            "[Oszkar] <warned> {Without a licence // the boats would stay in port}",
        ),
        # after a full stop: two claims, one cue (rule 29)
        (
            "“We saw the wave,” the skipper said. “It was as tall as the mast.”",
            "[the skipper] <said> {“We saw the wave,”} {“It was as tall as the mast.”}",
        ),
        (
            "“We saw it. Nobody slept,” the skipper said.",
            "[the skipper] <said> {“We saw it.} {Nobody slept,”}",
        ),
        # the frame after its content, without marks
        (
            "The nets were empty all spring, Oszkar complained.",
            "[Oszkar] <complained> {The nets were empty all spring}",
        ),
        # summaries, denials, requests: the one told to act is in (rule 32)
        ("Talvia denies any wrongdoing.", "[Talvia] <denies> {any wrongdoing}"),
        (
            "Talvia denied that it had moved the buoy.",
            "[Talvia] <denied> {that it had moved the buoy}",
        ),
        (
            "Talvia urged Norrow to return the buoy.",
            "[Talvia] <urged> {Norrow to return the buoy}",
        ),
        (
            "The mayor called on the owners to open their sheds.",
            "[The mayor] <called on> {the owners to open their sheds}",
        ),
        ("The mayor vowed to repaint the pier.", "[The mayor] <vowed> {to repaint the pier}"),
        (
            "Norrow accused Talvia of hiding the buoy.",
            "[Norrow] <accused> {Talvia of hiding the buoy}",
        ),
        # documents, passives, adverbs (rules 11, 12)
        (
            "According to the audit, two boats were sold twice.",
            "[the audit] <According to> {two boats were sold twice}",
        ),
        (
            "Two boats were sold twice, according to the audit.",
            "[the audit] <according to> {Two boats were sold twice}",
        ),
        (
            "It is feared that the pier will sink.",
            "[] <feared> {that the pier will sink}",
        ),
        (
            "The pier is reportedly haunted.",
            "[] <reportedly> {The pier is // haunted}",
        ),
        ("The union plans to strike.", "[The union] <plans> {to strike}"),
        (
            "The report, published in May, says the dam is safe.",
            "[The report] <says> {the dam is safe}",
        ),
        # of two speakers, the one nearest to the cue (rules 18 and 24)
        ("Pelgrad and Osk agree that it is late.", "[Osk] <agree> {that it is late}"),
        # a relay (rule 37)
        (
            "According to Radio Pelgrad, Oszkar said that the buoy was lost.",
            "[Oszkar] <said> {that the buoy was lost} via [Radio Pelgrad] <According to>",
        ),
        (
            "Two skippers have warned they may strike, according to port sources.",
            "[Two skippers] <warned> {they may strike} via [port sources] <according to>",
        ),
        # a quotation of several sentences on both sides of the frame
        (
            "“Was it ten? Yes,” she said. “Was it none? No.”",
            "[she] <said> {“Was it ten?} {Yes,”} {“Was it none?} {No.”}",
        ),
        # what is added in passing is no part of it
        (
            "Oszkar rejected the claim that he slept, saying most skippers snored.",
            "[Oszkar] <rejected> {the claim that he slept}",
        ),
        # after a colon the sentence has its own frame
        (
            "Talvia objects: the river is frozen and nobody can cross it, Tarvo said.",
            "[Tarvo] <said> {the river is frozen and nobody can cross it}",
        ),
        # the content is cut in two by the frame
        (
            "The board has, the daily Nordwind reports, promised a new crane.",
            "[the daily Nordwind] <reports> {The board has // promised a new crane}",
        ),
        (
            "“The crane is rusty”, answered the head of the yard, a former diver.",
            "[the head of the yard, a former diver] <answered> {“The crane is rusty”}",
        ),
        # the relative pronoun speaks (rule 19)
        (
            "The plan comes from Ilke Tarvo, who asked the mayor to sell the crane.",
            "[who] <asked> {the mayor to sell the crane}",
        ),
    ],
)
def test_one_attribution(text: str, expected: str) -> None:
    assert found(text) == [expected]


def test_one_sentence_may_hold_several() -> None:
    assert found("Tarvo urged Norrow to wait and asked the board to watch.") == [
        "[Tarvo] <urged> {Norrow to wait}",
        "[Tarvo] <asked> {the board to watch}",
    ]
    assert found("Tarvo did not rule out a sale, but she wants to wait.") == [
        "[Tarvo] <rule out> {a sale}",
        "[she] <wants> {to wait}",
    ]


def test_where_the_act_changes_there_are_two_claims() -> None:
    assert found("Talvia denies the theft but wants an inquiry.") == [
        "[Talvia] <denies> {the theft}",
        "[Talvia] <wants> {an inquiry}",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Oszkar met the skippers for two hours.",
        "Talvia moved three boats to the river mouth.",
        "The ministry declined to comment.",
        "The so-called “summit” lasted nine minutes.",
        "He appears on “Morning Table”.",
        "The line 9 dispute drags on.",
        "Prices rose in spring and fell in autumn.",
        "Oszkar will say more tomorrow.",
        "READ “Pure bliss”: ten piers to visit",
        "Nobody answered.",
        "Oszkar did not say whether the crane was sold.",
        "Oszkar would not say that.",
        "The crane was said to be rusty.",
        "Oszkar paid for the crane, the demand of which rose.",
        "",
        "…",
    ],
)
def test_no_attribution(text: str) -> None:
    assert found(text) == []


def test_acts_are_read_off_the_cue() -> None:
    text = (
        "Talvia denied the theft. Oszkar asked the board to wait. She wants a refund. "
        "Norrow vowed to pay. Critics fear that it is late. Oszkar said it was early."
    )
    acts = [frame.act for frame in frames(Units(text), 0, len(text))]
    assert acts == ["deny", "request", "request", "commit", "believe", "assert"]


def test_only_the_asked_part_is_searched() -> None:
    first = "Oszkar said that the pier was wet. "
    text = first + "Talvia denied that it was dry."
    found_here = frames(Units(text), len(first), len(text))
    assert [show(text, frame) for frame in found_here] == [
        "[Talvia] <denied> {that it was dry}",
    ]


def test_a_quotation_goes_on_in_its_own_paragraph_only() -> None:
    text = "“It was late,” she said.\n“Best pier of the year”"
    assert found(text) == ["[she] <said> {“It was late,”}"]
