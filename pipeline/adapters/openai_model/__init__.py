"""Hosted models behind any OpenAI-compatible endpoint: insights and answers, transcripts, vectors. This is the door.

`open_model` connects; `ModelProposer` and `ModelAnswers` take what it gives. A call goes down these floors:
proposer.py, answers.py (what to ask) → language_model.py (a checked reply, with a repair turn) → meter.py (caps and
prices) → endpoint.py (retries, breaker) → the client. Data in a prompt is fenced in prompting.py.

2026-11: chat completions, not responses: Ollama, vLLM and most others speak only the former. Each server is asked for
a JSON schema first and remembered for what it cannot do.
2026-11: an answer is streamed statement by statement (stream.py, sketch.py): each goes through the gate and a second
reading by the judge (checking.py, doorkeeping.py) before it is told, and stays; we gave up a retry once one was told.
2026-11: the gate runs here too, before the judge chooses, so that what cannot pass takes no place from what can. What
fails is handed on behind the chosen ones, so that the step counts it by reason; the price is judging a text twice.
`open_ear` (transcription.py, heard_reply.py) and `open_embedder` (embedding.py) stand beside it on retries.py and
purse.py: one breaker for each service, one purse for all.

2026-11: our own retries instead of the client's: its time limit is for each piece of a reply, its budget is none.
"""

from pipeline.adapters.openai_model.answers import ModelAnswers
from pipeline.adapters.openai_model.embedding import ModelEmbedder, open_embedder
from pipeline.adapters.openai_model.language_model import LanguageModel, open_model
from pipeline.adapters.openai_model.proposer import ModelProposer
from pipeline.adapters.openai_model.purse import Purse
from pipeline.adapters.openai_model.server import HostedModel, ModelServer
from pipeline.adapters.openai_model.transcription import HostedEar, open_ear

__all__ = [
    "HostedEar",
    "HostedModel",
    "LanguageModel",
    "ModelAnswers",
    "ModelEmbedder",
    "ModelProposer",
    "ModelServer",
    "Purse",
    "open_ear",
    "open_embedder",
    "open_model",
]
