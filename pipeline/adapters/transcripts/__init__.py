"""Published transcripts: WebVTT, SRT, JSON, HTML or plain text become segments. `PublishedTranscripts` is the door."""

from pipeline.adapters.transcripts.html import parse_html
from pipeline.adapters.transcripts.plain import parse_plain
from pipeline.adapters.transcripts.podcast_json import parse_podcast_json
from pipeline.adapters.transcripts.reader import PublishedTranscripts, parse_transcript
from pipeline.adapters.transcripts.srt import parse_srt
from pipeline.adapters.transcripts.vtt import parse_vtt

__all__ = [
    "PublishedTranscripts",
    "parse_html",
    "parse_plain",
    "parse_podcast_json",
    "parse_srt",
    "parse_transcript",
    "parse_vtt",
]
