"""What a question wants, and which sentence looks like giving it."""

import pytest

from pipeline.domain.talk.asking import wish_of


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What is a federated mint?", "A federated mint is basically a bank that four strangers run together."),
        ("What's Fedimint?", "So Fedimint is a protocol for that."),
        ("What are heat pumps?", "Heat pumps are machines that move heat."),
        ("what does HTLC mean?", "HTLC stands for hash time locked contract."),
        ("Who is Amina?", "Amina is the head of the grid."),
        ("Explain sidechains", "Sidechains are a way to try things out."),
        ("Why is Python slow?", "That is because every number is an object."),
        ("When was SegWit activated?", "It went live in August 2017."),
        ("How much does it cost?", "About forty euros a month."),
        ("How do I get a job?", "You can show your own projects."),
        ("Should I use Vue or React?", "I would take whatever your team knows."),
    ],
)
def test_a_sentence_in_the_form_of_the_answer_is_known(question: str, sentence: str) -> None:
    assert wish_of(question).granted(sentence) == 1.0


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What is a federated mint?", "The mint in town is a nice place."),
        ("What is a federated mint?", "I heard of a federated mint."),
        ("Why is Python slow?", "It was slow in the early days."),
        ("When was SegWit activated?", "Two things were achieved."),
        ("Do they like Rust?", "Rust is a language."),
    ],
)
def test_another_sentence_is_not(question: str, sentence: str) -> None:
    assert wish_of(question).granted(sentence) < 1.0


@pytest.mark.parametrize(
    "question", ["What is the price of eggs?", "What do they think about it?", "Wie geht das?", ""]
)
def test_only_a_bare_name_asks_for_a_definition(question: str) -> None:
    assert not wish_of(question).is_definition
