"""A spaCy training configuration for a span categorizer that fits the exported spans."""

import json
from collections import Counter

_LONGEST = 32
"""Candidates grow with the tokens of a text times this; longer spans are left to other models."""
_SHARE = 0.95

_CONFIG = """\
# Trains a span categorizer from nothing; what is not here is filled in with spaCy's defaults.
# It proposes spans of 1 to {longest} tokens, which {share} of the exported spans are.
[paths]
train = null
dev = null

[system]
seed = 0
gpu_allocator = null

[nlp]
lang = {lang}
pipeline = ["tok2vec","spancat"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "spacy.HashEmbedCNN.v2"
width = 96
depth = 4
embed_size = 2000
window_size = 1
maxout_pieces = 3
subword_features = true
pretrained_vectors = null

[components.spancat]
factory = "spancat"
spans_key = {key}
threshold = 0.5

[components.spancat.model]
@architectures = "spacy.SpanCategorizer.v1"
scorer = {{"@layers": "spacy.LinearLogistic.v1"}}

[components.spancat.model.reducer]
@layers = "spacy.mean_max_reducer.v1"
hidden_size = 128

[components.spancat.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 96

[components.spancat.suggester]
@misc = "spacy.ngram_range_suggester.v1"
min_size = 1
max_size = {longest}

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${{paths.train}}

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${{paths.dev}}

[training]
train_corpus = "corpora.train"
dev_corpus = "corpora.dev"
seed = ${{system.seed}}
gpu_allocator = ${{system.gpu_allocator}}
dropout = 0.1
accumulate_gradient = 1
max_epochs = 0
max_steps = 20000
eval_frequency = 200
patience = 1600

[training.batcher]
@batchers = "spacy.batch_by_words.v1"
size = 1000

[training.optimizer]
@optimizers = "Adam.v1"

[training.score_weights]
{score} = 1.0
"""


class Lengths:
    """How many tokens spans have."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, length: int) -> None:
        self._counts[length] += 1

    def longest(self) -> tuple[int, float]:
        """The length that nearly all spans keep to, and the share that does; 1 if there are none.

        It is never more than `_LONGEST`.
        """
        total, seen, longest = sum(self._counts.values()), 0, 1
        for length, count in sorted(self._counts.items()):
            if length > _LONGEST or seen >= _SHARE * total:
                break
            longest, seen = length, seen + count
        return longest, seen / total if total else 1.0


def config(language: str, key: str, lengths: Lengths) -> str:
    """The text of a `config.cfg`."""
    longest, share = lengths.longest()
    return _CONFIG.format(
        lang=json.dumps(language),
        key=json.dumps(key),
        longest=longest,
        share=f"{share:.0%}",
        score=f"spans_{key}_f",
    )
