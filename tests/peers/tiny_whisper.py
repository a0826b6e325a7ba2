"""A Whisper model of a few hundred kilobytes that the real faster-whisper loads: it says one sentence for any sound.

The decoder is a table written into the weights: each live token has its own direction in space, and the one hidden
unit that recognises it replaces it by its follower. Attention adds nothing to the text; the cross-attention is
random, so that word times come out different.
"""

import json
from collections.abc import Sequence
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

_WIDTH: Final = 64
_HEADS: Final = 2
_MELS: Final = 80
_FRAMES: Final = 1500
_CONTEXT: Final = 448
_STAMPS: Final = 1501
_NEARLY: Final = 0.98
"""How much of a second language is in the answer of a model that is torn."""
_LANGUAGES: Final = ("en", "de", "fr", "es")
_START: Final = "<|startoftranscript|>"
_END: Final = "<|endoftext|>"


def make_tiny_whisper(
    folder: Path,
    *,
    sentence: str = SENTENCE,
    language: str | None = None,
    torn: str | None = None,
    loops: bool = False,
) -> Path:
    """Write the model into the folder and return it.

    With `language` (en, de, fr, es) it is multilingual and detects that one; `torn` is another that it finds
    nearly as likely. With `loops` it says the sentence again and again, as Whisper does where it has lost the thread.
    """
    words = ["Ġ" + word for word in sentence.split()]
    text = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *words, *([] if language is None else [""])]
    special = _special(() if language is None else _LANGUAGES)
    vocabulary = [*text, *special, *(f"<|{i * 0.02:.2f}|>" for i in range(_STAMPS))]
    folder.mkdir(parents=True, exist_ok=True)
    spec = _spec(vocabulary, _followers(words, language, loops=loops), torn=None if torn is None else f"<|{torn}|>")
    spec.config.lang_ids = [] if language is None else [vocabulary.index(f"<|{name}|>") for name in _LANGUAGES]
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [vocabulary.index(_END)]
    spec.config.alignment_heads = [(0, 0), (0, 1)]
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


def _spec(vocabulary: Sequence[str], followers: dict[str, str], *, torn: str | None) -> whisper_spec.WhisperSpec:
    rng = np.random.default_rng(0)
    live = sorted({*followers, *followers.values(), *((torn,) if torn else ())})
    directions = dict(zip(live, _orthogonal()[1:], strict=False))
    table = np.zeros((len(vocabulary), _WIDTH), np.float32)
    for token, direction in directions.items():
        table[vocabulary.index(token)] = direction
    spec = whisper_spec.WhisperSpec(1, _HEADS, 1, _HEADS)
    _fill_encoder(spec.encoder, rng)
    _fill_decoder(spec.decoder, table, rng)
    recognise = np.stack([directions[token] for token in followers]) * (8 / _WIDTH)
    # A recognised token leaves 4 in its hidden unit: a quarter of the difference turns it into its follower.
    replace = np.stack([directions[after] - directions[token] for token, after in followers.items()], axis=1) / 4
    if torn is not None:
        replace[:, list(followers).index(_START)] += directions[torn] * _NEARLY / 4
    feed = spec.decoder.layer[0].ffn
    _fill_norm(feed.layer_norm)
    _fill_linear(feed.linear_0, recognise, np.full(len(recognise), -4.0, np.float32))
    _fill_linear(feed.linear_1, replace)
    spec.register_vocabulary(list(vocabulary))
    return spec


def _orthogonal() -> Matrix:
    """Rows of plus and minus one, each at right angles to the others; all but the first have a mean of zero."""
    rows = np.ones((1, 1), np.float32)
    while len(rows) < _WIDTH:
        rows = np.block([[rows, rows], [rows, -rows]])
    return rows


def _fill_encoder(encoder: Any, rng: np.random.Generator) -> None:
    for convolution, inputs in ((encoder.conv1, _MELS), (encoder.conv2, _WIDTH)):
        convolution.weight = _random(rng, _WIDTH, inputs, 3)
        convolution.bias = np.zeros(_WIDTH, np.float32)
    encoder.position_encodings.encodings = _random(rng, _FRAMES, _WIDTH)
    _fill_norm(encoder.layer_norm)
    layer = encoder.layer[0]
    _fill_attention(layer.self_attention, (3,), rng)
    _fill_norm(layer.ffn.layer_norm)
    _fill_linear(layer.ffn.linear_0, _random(rng, _WIDTH, _WIDTH))
    _fill_linear(layer.ffn.linear_1, _random(rng, _WIDTH, _WIDTH))


def _fill_decoder(decoder: Any, table: Matrix, rng: np.random.Generator) -> None:
    decoder.embeddings.weight = table
    decoder.projection.weight = table
    decoder.position_encodings.encodings = np.zeros((_CONTEXT, _WIDTH), np.float32)
    _fill_norm(decoder.layer_norm)
    _fill_attention(decoder.layer[0].self_attention, (3,), rng)
    _fill_attention(decoder.layer[0].attention, (1, 2), rng)


def _fill_attention(attention: Any, inputs: tuple[int, ...], rng: np.random.Generator) -> None:
    """Random looking, but nothing of what is seen reaches the text: the last matrix is zero."""
    _fill_norm(attention.layer_norm)
    for linear, times in zip(attention.linear, inputs, strict=False):
        _fill_linear(linear, _random(rng, times * _WIDTH, _WIDTH))
    _fill_linear(attention.linear[-1], np.zeros((_WIDTH, _WIDTH), np.float32))


def _fill_linear(linear: Any, weight: npt.NDArray[np.floating], bias: Matrix | None = None) -> None:
    linear.weight = np.ascontiguousarray(weight, np.float32)
    linear.bias = np.zeros(len(weight), np.float32) if bias is None else bias


def _fill_norm(norm: Any) -> None:
    norm.gamma = np.ones(_WIDTH, np.float32)
    norm.beta = np.zeros(_WIDTH, np.float32)


def _random(rng: np.random.Generator, *shape: int) -> Matrix:
    return np.asarray(rng.standard_normal(shape) * 0.1, np.float32)


def _tokenizer(text: Sequence[str], special: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(text)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return tokenizer
