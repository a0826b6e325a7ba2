"""Feed bytes become a FeedUpdate: RSS 2.0, Atom and RDF with the itunes and podcast namespaces.

reader.py is the door: it decides which of two readings counts. document.py and its neighbours read with lxml, which
keeps every podcast tag and is fast; loose.py asks feedparser, in a child process with a time limit, about bytes
that are too broken for lxml.

2026-11: lxml alone on the hot path. feedparser keeps only the last transcript and person of an episode, takes more
than ten times as long, and needs seconds for some hostile bodies, so it must be killable. We gave up its long list
of guesses for feeds that are well-formed but odd, and keep a short one of our own.
"""

from pipeline.adapters.feeds.reader import FeedReader

__all__ = ["FeedReader"]
