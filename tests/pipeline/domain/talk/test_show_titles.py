"""Shows that a question names by their titles."""

import pytest

from pipeline.domain.talk.show_titles import shows_named

TITLES = {
    "bytes": "Python Bytes",
    "syntax": "Syntax - Tasty Treats",
    "livera": "The Stephan Livera Podcast",
    "curve": "Load Curve",
}


@pytest.mark.parametrize(
    ("question", "shows", "subject"),
    [
        ("What does Python Bytes say about Starlette?", ("bytes",), "What does it say about Starlette?"),
        ("what did python bytes say of Starlette", ("bytes",), "what did it say of Starlette"),
        ("Does Stephan Livera like covenants?", ("livera",), "Does it like covenants?"),
        ("What does Syntax say about grids?", ("syntax",), "What does it say about grids?"),
        ("Any grids on Syntax?", ("syntax",), "Any grids on it?"),
        ("Grids in Python Bytes and in Load Curve", ("bytes", "curve"), "Grids in it and in it"),
        ("What is the syntax of a grid?", (), ""),
        ("Is Syntax a hard word for grids?", (), ""),
        ("How many bytes has a Python list?", (), ""),
        ("What is Python Bytes?", (), ""),
        ("What about heat pumps?", (), ""),
    ],
)
def test_a_title_narrows_the_search_and_leaves_the_question(
    question: str, shows: tuple[str, ...], subject: str
) -> None:
    named = shows_named(question, TITLES)
    assert (set(named.shows), named.subject) == (set(shows), subject)
