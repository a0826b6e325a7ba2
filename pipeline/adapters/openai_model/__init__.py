"""Insights and answers by a language model behind any OpenAI-compatible endpoint. This is the door.

`open_model` connects; `ModelProposer` and `ModelAnswers` take what it gives. A call goes down these floors:
proposer.py, answers.py (what to ask) → language_model.py (a checked reply, with a repair turn) → meter.py (caps and
prices) → endpoint.py (retries, breaker) → the client. Data in a prompt is fenced in prompting.py.

2026-11: chat completions, not responses: Ollama, vLLM and most others speak only the former. Each server is asked for
a JSON schema first and remembered for what it cannot do; we gave up streaming, as nothing may be shown before the gate.
2026-11: the gate runs here too, before the judge chooses, so that what cannot pass takes no place from what can. What
fails is handed on behind the chosen ones, so that the step counts it by reason; the price is judging a text twice.
2026-11: our own retries instead of the client's: its time limit is for each piece of a reply, its budget is none.
"""

from pipeline.adapters.openai_model.answers import ModelAnswers
from pipeline.adapters.openai_model.language_model import LanguageModel, open_model
from pipeline.adapters.openai_model.proposer import ModelProposer
from pipeline.adapters.openai_model.server import ModelServer

__all__ = ["LanguageModel", "ModelAnswers", "ModelProposer", "ModelServer", "open_model"]
