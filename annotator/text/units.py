"""The units of a text: paragraphs, characters, tokens, names, clauses, sentences, quotations.

All ranges are half-open `[start, end)` in code points of the text exactly as it is.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from annotator.text.blocks import Blocks
from annotator.text.characters import BLANK, CLOSING_QUOTES, OPENING_QUOTES
from annotator.text.clusters import Clusters
from annotator.text.names import name_around
from annotator.text.quotations import OPENING, Quotations
from annotator.text.sentences import Sentences
from annotator.text.tokens import Tokens

Range = tuple[int, int]

_NOT_BLANK = re.compile(rf"[^{BLANK}\u200c\u200d]")
_SEPARATOR = re.compile(
    rf"[,;:،؛]+(?=[\s{CLOSING_QUOTES}{OPENING_QUOTES}])|[,;:،؛]+$|[、，；：]+|[—―]+|(?<=\s)[–-]+(?=\s)|--+"
)
_FINAL_STOPS = frozenset(".!?…؟۔।॥։።。！？｡．")
_NAME_REACH = 200  # code points to each side; no name is longer


class Units:
    """The units of one text, found when asked for and kept. The text must not change.

    Every method raises IndexError for an offset outside `[0, len(text)]`.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._blocks = Blocks(text)
        self._clusters = Clusters(text, self._blocks)
        self._tokens = Tokens(text, self._blocks, self._clusters)
        self._sentences = Sentences(text)
        self._paragraphs = array("I", [0])
        self._paragraphs.extend(match.end() for match in re.finditer("\n", text))
        self._quotations: dict[int, Quotations] = {}
        self._last_cuts: tuple[Range, list[Range]] = (0, 0), []

    # --- paragraphs: lines, ended by a line feed and nothing else

    def paragraph_count(self) -> int:
        """How many paragraphs there are: one more than line feeds."""
        return len(self._paragraphs)

    def paragraph_index(self, offset: int) -> int:
        """Which paragraph `offset` is in; a line feed belongs to the paragraph it ends."""
        self._check(offset)
        return bisect_right(self._paragraphs, offset) - 1

    def paragraph(self, index: int) -> Range:
        """The paragraph with that index, without its line feed. IndexError if there is none."""
        if not 0 <= index < len(self._paragraphs):
            raise IndexError(f"paragraph {index} of {len(self._paragraphs)}")
        last = index + 1 == len(self._paragraphs)
        return self._paragraphs[index], (
            len(self.text) if last else self._paragraphs[index + 1] - 1
        )

    def paragraph_at(self, offset: int) -> Range:
        """The paragraph that contains `offset`, without its line feed."""
        return self.paragraph(self.paragraph_index(offset))

    # --- grapheme clusters: where the caret may stop

    def cluster_at(self, offset: int) -> Range:
        """The cluster that contains `offset`; empty at the end of the text."""
        self._check(offset)
        return self._clusters.at(offset)

    def next_cluster(self, offset: int) -> int:
        """The first caret stop after `offset`; the end of the text is the last one."""
        self._check(offset)
        return self._clusters.at(offset)[1]

    def previous_cluster(self, offset: int) -> int:
        """The last caret stop before `offset`; 0 is the first one."""
        self._check(offset)
        return self._clusters.at(offset - 1)[0] if offset else 0

    def snap(self, offset: int) -> int:
        """The nearest caret stop at or before `offset`."""
        self._check(offset)
        return self._clusters.at(offset)[0]

    # --- tokens

    def token_at(self, offset: int) -> Range | None:
        """The token that contains `offset`; None on white space."""
        self._check(offset)
        return self._tokens.at(offset)

    def next_token(self, offset: int) -> Range | None:
        """The first token that starts after `offset`."""
        self._check(offset)
        return self._tokens.after(offset)

    def previous_token(self, offset: int) -> Range | None:
        """The last token that starts before `offset`."""
        self._check(offset)
        return self._tokens.before(offset)

    def tokens(self, start: int, end: int) -> list[Range]:
        """The tokens that share at least one code point with `[start, end)`."""
        self._check(start, end)
        return list(self._tokens.within(start, end))

    # --- sentences

    def sentence_at(self, offset: int) -> Range | None:
        """The sentence that contains `offset`; None on the white space between two."""
        self._check(offset)
        sentence = self._trim(*self._sentences.around(offset))
        return sentence if sentence and sentence[0] <= offset < sentence[1] else None

    def next_sentence(self, offset: int) -> Range | None:
        """The first sentence that starts after `offset`."""
        self._check(offset)
        sentences = self._trimmed(self._sentences.stretches(offset))
        return next((one for one in sentences if one[0] > offset), None)

    def previous_sentence(self, offset: int) -> Range | None:
        """The last sentence that starts before `offset`."""
        self._check(offset)
        sentences = self._trimmed(self._sentences.stretches_back(offset))
        return next((one for one in sentences if one[0] < offset), None)

    def sentences(self, start: int, end: int) -> list[Range]:
        """The sentences that share at least one code point with `[start, end)`."""
        self._check(start, end)
        found = []
        for sentence in self._trimmed(self._sentences.stretches(start)):
            if sentence[0] >= end:
                break
            if sentence[1] > start:
                found.append(sentence)
        return found if start < end else []

    # --- quotations, their marks included

    def quotation_at(self, offset: int) -> Range | None:
        """The innermost quotation that contains `offset`."""
        self._check(offset)
        return next(iter(self._quotations_around(offset)), None)

    def next_quotation(self, offset: int) -> Range | None:
        """The first quotation that starts after `offset`."""
        self._check(offset)
        mark = OPENING.search(self.text, offset + 1)
        while mark is not None:
            index = self.paragraph_index(mark.start())
            inside = self._quotations_in(index)
            at = bisect_right(inside.starts, offset)
            if at < len(inside.starts):
                return inside.starts[at], inside.ends[at]
            mark = OPENING.search(self.text, self.paragraph(index)[1])
        return None

    def previous_quotation(self, offset: int) -> Range | None:
        """The last quotation that starts before `offset`."""
        self._check(offset)
        for index in range(self.paragraph_index(offset), -1, -1):
            if OPENING.search(self.text, *self.paragraph(index)):
                inside = self._quotations_in(index)
                at = bisect_right(inside.starts, offset - 1) - 1 if offset else -1
                if at >= 0:
                    return inside.starts[at], inside.ends[at]
        return None

    def quotations(self, start: int, end: int) -> list[Range]:
        """The quotations that share at least one code point with `[start, end)`, outer first."""
        self._check(start, end)
        if start >= end:
            return []
        found = []
        for index in range(self.paragraph_index(start), self.paragraph_index(end - 1) + 1):
            inside = self._quotations_in(index)
            around = inside.chain(start)[::-1] if inside.starts else []
            first, last = bisect_right(inside.starts, start), bisect_right(inside.starts, end - 1)
            found += around
            found += zip(inside.starts[first:last], inside.ends[first:last], strict=True)
        return found

    # --- clauses and names

    def clause_at(self, offset: int) -> Range | None:
        """The part of a sentence around `offset`, between commas, colons, dashes and quotations.

        Without the marks at its edges; None on such a mark, on a final stop and on white space.
        """
        sentence = self.sentence_at(offset)
        if sentence is None:
            return None
        start, end = sentence
        while end > start and self.text[end - 1] in _FINAL_STOPS:
            end -= 1
        cuts = self._cuts_in(start, end)
        index = bisect_right(cuts, (offset, len(self.text)))
        if index and cuts[index - 1][1] > offset:
            return None
        start = cuts[index - 1][1] if index else start
        end = cuts[index][0] if index < len(cuts) else end
        clause = self._trim(start, end)
        return clause if clause and clause[0] <= offset < clause[1] else None

    def ends_from(self, offset: int) -> list[int]:
        """Where what starts at `offset` may end in its sentence, the longest first.

        The end of the sentence without its final stop, then the ends of its clauses and quotations.
        """
        sentence = self.sentence_at(offset)
        if sentence is None:
            return []
        start, end = sentence
        while end > offset and self.text[end - 1] in _FINAL_STOPS:
            end -= 1
        edges = {edge for cut in self._cuts_in(start, end) for edge in cut}
        trimmed = (self._trim(offset, edge) for edge in (end, *edges) if offset < edge <= end)
        ends = {piece[1] for piece in trimmed if piece}
        return sorted((one for one in ends if self.text[one - 1] not in ",;:"), reverse=True)

    def name_at(self, offset: int) -> Range | None:
        """The name around `offset`: capitalised tokens, titles and small joining words inside.

        Without a possessive ’s. None where the token is not part of a name.
        """
        sentence = self.sentence_at(offset)
        if sentence is None:
            return None
        start, end = max(sentence[0], offset - _NAME_REACH), min(sentence[1], offset + _NAME_REACH)
        return name_around(self.text, self.tokens(start, end), offset)

    # --- ranges

    def trim(self, start: int, end: int) -> Range | None:
        """`[start, end)` without white space and invisible characters at its edges.

        None if nothing is left. A grapheme cluster is never cut.
        """
        self._check(start, end)
        return self._trim(start, end)

    def grow(self, start: int, end: int) -> Range:
        """The next larger unit that contains `[start, end)` and more than it.

        One of: token, name, clause, quotation without and with its marks, sentence, paragraph, the
        whole text; also whole tokens, sentences or paragraphs where the range touches several.
        The whole text grows no further.
        """
        self._check(start, end)
        inside = self._trim(start, end) or (start, end)
        first, last = inside[0], max(inside[0], inside[1] - 1)
        if start == end and start and not (start < len(self.text) and self._tokens.at(start)):
            first = last = start - 1
        around = [
            self._hull(self.token_at, first, last),
            self.name_at(first),
            self.clause_at(first),
            self._hull(self.sentence_at, first, last),
            self._hull(self.paragraph_at, first, last),
            (0, len(self.text)),
        ]
        for quotation in self._quotations_around(first):
            around += [quotation, self._content(*quotation)]
        larger = [
            (one[1] - one[0], one)
            for one in around
            if one and one[0] <= start and end <= one[1] and one != (start, end)
        ]
        return min(larger)[1] if larger else (start, end)

    def _cuts_in(self, start: int, end: int) -> list[Range]:
        """The marks that part the clauses of one sentence, sorted; kept for the last sentence."""
        if self._last_cuts[0] != (start, end):
            cuts = [match.span() for match in _SEPARATOR.finditer(self.text, start, end)]
            for first, last in self.quotations(start, end):
                cuts.append((first, first + 1))
                if self.text[last - 1] in CLOSING_QUOTES:
                    cuts.append((last - 1, last))
            inside = sorted(cut for cut in cuts if start <= cut[0] < end)
            self._last_cuts = (start, end), inside
        return self._last_cuts[1]

    def _hull(self, unit_at: Callable[[int], Range | None], first: int, last: int) -> Range | None:
        one, other = unit_at(first), unit_at(last)
        return (one[0], other[1]) if one and other else None

    def _content(self, start: int, end: int) -> Range | None:
        closed = end - start > 1 and self.text[end - 1] in CLOSING_QUOTES
        return self._trim(start + 1, end - closed)

    def _quotations_in(self, index: int) -> Quotations:
        known = self._quotations.get(index)
        if known is None:
            known = self._quotations[index] = Quotations(self.text, *self.paragraph(index))
        return known

    def _quotations_around(self, offset: int) -> list[Range]:
        """The quotations that contain `offset`, innermost first."""
        return self._quotations_in(self.paragraph_index(offset)).chain(offset)

    def _trim(self, start: int, end: int) -> Range | None:
        match = _NOT_BLANK.search(self.text, start, end)
        if match is None:
            return None
        limit = end
        while not _NOT_BLANK.match(self.text, end - 1):
            end -= 1
        # A blank may carry a combining mark, and then is not blank.
        first, last = self._clusters.at(match.start())[0], self._clusters.at(end - 1)[1]
        return (first if first >= start else match.start()), (last if last <= limit else end)

    def _trimmed(self, stretches: Iterable[Range]) -> Iterator[Range]:
        return (one for stretch in stretches if (one := self._trim(*stretch)))

    def _check(self, *offsets: int) -> None:
        for offset in offsets:
            if not 0 <= offset <= len(self.text):
                raise IndexError(f"offset {offset} is outside the text of {len(self.text)}")
