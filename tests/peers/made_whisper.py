"""A Whisper model made on the spot that the real faster-whisper loads: it says one sentence for any sound.

The first layer of the decoder is a table written into the weights: each live token has its own direction in space,
and the one hidden unit that recognises it replaces it by its follower. Attention and other layers add nothing to the
text, though they are computed like any; the cross-attention is random, so that word times come out different. It has
a few hundred kilobytes, or the shape of a published model, and then takes as long as that one for as many words.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from ctranslate2.specs import whisper_spec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

Matrix = npt.NDArray[np.float32]

SENTENCE: Final = "we measured the model twice. it was slower than before, and that result surprised everybody here."
"""What the model says; no word may occur twice, because a word decides the next one."""

_MELS: Final = 80
_FRAMES: Final = 1500
_CONTEXT: Final = 448
_STAMPS: Final = 1501
_NEARLY: Final = 0.98
"""How much of a second language is in the answer of a model that is torn."""
_LANGUAGES: Final = ("en", "de", "fr", "es")
_START: Final = "<|startoftranscript|>"
_END: Final = "<|endoftext|>"


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a model is: the width of its layers, their heads, the layers on each side, and its tokens at least."""

    width: int = 64
    heads: int = 2
    layers: int = 1
    tokens: int = 0


def make_whisper(
    folder: Path,
    *,
    sentence: str = SENTENCE,
    language: str | None = None,
    torn: str | None = None,
    loops: bool = False,
    shape: Shape = Shape(),
) -> Path:
    """Write the model into the folder and return it.

    With `language` (en, de, fr, es) it is multilingual and detects that one; `torn` is another that it finds
    nearly as likely. With `loops` it says the sentence again and again, as Whisper does where it has lost the thread.
    The larger the `shape`, the more words a sentence may have: at least 60, with a width of 384 a hundred.
    """
    words = ["Ġ" + word for word in sentence.split()]
    text = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *words, *([] if language is None else [""])]
    special = _special(() if language is None else _LANGUAGES)
    stamps = [f"<|{i * 0.02:.2f}|>" for i in range(_STAMPS)]
    text += [f"Ġ-{i}" for i in range(shape.tokens - len(text) - len(special) - len(stamps))]
    vocabulary = [*text, *special, *stamps]
    folder.mkdir(parents=True, exist_ok=True)
    spec = _spec(vocabulary, _followers(words, language, loops=loops), torn=torn, shape=shape)
    spec.config.lang_ids = [] if language is None else [vocabulary.index(f"<|{name}|>") for name in _LANGUAGES]
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [vocabulary.index(_END)]
    spec.config.alignment_heads = [(layer, head) for layer in range(shape.layers) for head in (0, 1)]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    (folder / "tokenizer.json").write_text(_tokenizer(text, special).to_str())
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": _MELS}))
    return folder


def _special(languages: Sequence[str]) -> list[str]:
    tongues = [f"<|{name}|>" for name in languages]
    tasks = ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    return [_END, _START, *tongues, *tasks]


def _followers(words: Sequence[str], language: str | None, *, loops: bool) -> dict[str, str]:
    """Which token each live token is followed by."""
    chain = ["<|notimestamps|>", *words, words[0] if loops else _END]
    followers = dict(pairwise(chain))
    # A time stamp and a task are followed by the first word too, for callers that want stamps.
    followers["<|transcribe|>"] = followers["<|0.00|>"] = words[0]
    followers[_START] = words[0] if language is None else f"<|{language}|>"
    return followers


def _spec(
    vocabulary: Sequence[str], followers: dict[str, str], *, torn: str | None, shape: Shape
) -> whisper_spec.WhisperSpec:
    weights = _Weights(shape.width)
    also = None if torn is None else f"<|{torn}|>"
    live = sorted({*followers, *followers.values(), *((also,) if also else ())})
    directions = dict(zip(live, _orthogonal(shape.width)[1:], strict=False))
    table = np.zeros((len(vocabulary), shape.width), np.float32)
    for token, direction in directions.items():
        table[vocabulary.index(token)] = direction
    spec = whisper_spec.WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)
    weights.fill_encoder(spec.encoder)
    weights.fill_decoder(spec.decoder, table)
    recognise = np.stack([directions[token] for token in followers]) * (8 / shape.width)
    # A recognised token leaves 4 in its hidden unit: a quarter of the difference turns it into its follower.
    replace = np.stack([directions[after] - directions[token] for token, after in followers.items()], axis=1) / 4
    if also is not None:
        replace[:, list(followers).index(_START)] += directions[also] * _NEARLY / 4
    weights.fill_table(spec.decoder.layer[0].ffn, recognise, replace)
    spec.register_vocabulary(list(vocabulary))
    return spec


def _orthogonal(width: int) -> Matrix:
    """Rows of plus and minus one, each at right angles to the others; all but the first have a mean of zero.

    As many as the largest power of two in the width.
    """
    rows = np.ones((1, 1), np.float32)
    while width % (2 * len(rows)) == 0:
        rows = np.block([[rows, rows], [rows, -rows]])
    return np.tile(rows, width // len(rows))


class _Weights:
    """Fills layers of a width with weights that look random, and add nothing to the text."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rng = np.random.default_rng(0)

    def fill_encoder(self, encoder: Any) -> None:
        for convolution, inputs in ((encoder.conv1, _MELS), (encoder.conv2, self._width)):
            convolution.weight = self._random(self._width, inputs, 3)
            convolution.bias = np.zeros(self._width, np.float32)
        encoder.position_encodings.encodings = self._random(_FRAMES, self._width)
        self._fill_norm(encoder.layer_norm)
        for layer in encoder.layer:
            self._fill_attention(layer.self_attention, (3,))
            self._fill_feed(layer.ffn)

    def fill_decoder(self, decoder: Any, table: Matrix) -> None:
        decoder.embeddings.weight = table
        decoder.projection.weight = table
        decoder.position_encodings.encodings = np.zeros((_CONTEXT, self._width), np.float32)
        self._fill_norm(decoder.layer_norm)
        for layer in decoder.layer:
            self._fill_attention(layer.self_attention, (3,))
            self._fill_attention(layer.attention, (1, 2))
            self._fill_feed(layer.ffn)

    def fill_table(self, feed: Any, recognise: npt.NDArray[Any], replace: npt.NDArray[Any]) -> None:
        """The hidden units that recognise tokens and replace them, before those that say nothing."""
        units = len(recognise)
        feed.linear_0.weight[:units] = recognise
        feed.linear_0.bias[:units] = -4.0
        feed.linear_1.weight[:, :units] = replace

    def _fill_attention(self, attention: Any, inputs: tuple[int, ...]) -> None:
        """Nothing of what is seen reaches the text: the last matrix is zero."""
        self._fill_norm(attention.layer_norm)
        for linear, times in zip(attention.linear, inputs, strict=False):
            self._fill_linear(linear, self._random(times * self._width, self._width))
        self._fill_linear(attention.linear[-1], np.zeros((self._width, self._width), np.float32))

    def _fill_feed(self, feed: Any) -> None:
        self._fill_norm(feed.layer_norm)
        self._fill_linear(feed.linear_0, self._random(4 * self._width, self._width))
        self._fill_linear(feed.linear_1, np.zeros((self._width, 4 * self._width), np.float32))

    def _fill_linear(self, linear: Any, weight: Matrix) -> None:
        linear.weight = weight
        linear.bias = np.zeros(len(weight), np.float32)

    def _fill_norm(self, norm: Any) -> None:
        norm.gamma = np.ones(self._width, np.float32)
        norm.beta = np.zeros(self._width, np.float32)

    def _random(self, *shape: int) -> Matrix:
        return self._rng.standard_normal(shape, np.float32) * np.float32(0.1)


def _tokenizer(text: Sequence[str], special: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(text)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return tokenizer
