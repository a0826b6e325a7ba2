from bot.texts.cards import REASONS, insight_card, reason_buttons
from bot.texts.message import Buttons, Message, Quote, plain
from pipeline.domain.insight import Author, Certainty
from pipeline.domain.transcript import Basis, Segment
from tests.peers.made_insights import candidate, episode, insight
from tests.peers.snapshots import same_as_stored

_MINUTE = (
    Segment("So what happens when you tune it?", 740.0, 746.0, "Tom Hale"),
    Segment("Small updates leave the rest alone.", 746.0, 754.0, "Ana Ruiz"),
    Segment("I say that it is so.", 754.0, 762.0, "Ana Ruiz"),
    Segment("And large ones?", 762.0, 764.0, "Tom Hale"),
)


def test_the_card_shows_the_evidence_the_minute_around_it_and_other_shows() -> None:
    other = candidate(
        insight("b", headline="Tuning overwrites what was known"), episode("e2", feed="f2", show="Load Curve")
    )
    card = insight_card(candidate(), around=_MINUTE, related=[other], basis=Basis.PUBLISHED)
    assert same_as_stored("card", plain(card))


def test_its_buttons_vote_and_save() -> None:
    buttons = insight_card(candidate()).blocks[-1]
    assert isinstance(buttons, Buttons)
    assert [button.action for button in buttons.buttons] == ["up:a", "down:a", "save:a"]


def test_a_picked_passage_says_that_every_word_was_said() -> None:
    said = insight(author=Author.EXTRACT, certainty=Certainty.UNNAMED, speaker=None)
    card = plain(insight_card(candidate(said), basis=Basis.TRANSCRIBED))
    assert "A picked passage, word for word, from our transcript of the audio" in card
    assert "the speaker is not named" in card
    assert said.body not in card


def test_a_minute_without_times_or_speakers_is_plain_speech() -> None:
    card = plain(insight_card(candidate(), around=[Segment("One."), Segment("Two.")]))
    assert "> One. Two." in card


def test_a_long_turn_is_broken_after_sentences() -> None:
    """Segments are cut anywhere; a paragraph is not."""
    talk = [
        Segment(f"Sentence {n} says what the guest found in the cellar and", 60.0 + 6 * n, 66.0 + 6 * n, "Ana Ruiz")
        if n % 2
        else Segment("then what became of it in winter. A short one.", 60.0 + 6 * n, 66.0 + 6 * n)
        for n in range(1, 15)
    ]
    paragraphs = [block.text for block in insight_card(candidate(), around=talk).blocks if isinstance(block, Quote)][1:]
    assert len(paragraphs) > 2
    assert all(spans[-1].text.endswith(".") for spans in paragraphs)
    assert all(len(spans[-1].text) < 500 for spans in paragraphs)
    assert paragraphs[0][0].text == "1:06 Ana Ruiz: "
    assert "Ana Ruiz" not in "".join(span.text for spans in paragraphs[1:] for span in spans)


def test_speech_without_punctuation_is_broken_too() -> None:
    talk = [Segment("and so it went on and on without any end", float(n), n + 1.0) for n in range(30)]
    paragraphs = [block for block in insight_card(candidate(), around=talk).blocks if isinstance(block, Quote)][1:]
    assert 2 <= len(paragraphs) <= 4


def test_an_initial_or_a_decimal_ends_no_sentence() -> None:
    talk = [Segment("It rose by 3.5 percent, says J. R. Smith of Ghent. " * 12)]
    paragraphs = [block for block in insight_card(candidate(), around=talk).blocks if isinstance(block, Quote)][1:]
    assert all(plain(Message((block,), "")).endswith("Ghent.") for block in paragraphs)


def test_where_there_is_too_much_the_quote_is_still_in_the_middle() -> None:
    talk = [Segment(f"Turn {n} is about something else. " * 8, float(n), n + 1.0, f"Guest {n}") for n in range(9)]
    talk[5] = Segment("Well. I say that it is so. Anyway.", 5.0, 6.0, "Ana Ruiz")
    card = plain(insight_card(candidate(), around=talk))
    shown = [line for line in card.splitlines() if line.startswith("> ")][1:]
    assert [line.split(":")[1][3:] for line in shown] == [
        "Guest 2",
        "Guest 3",
        "Guest 4",
        "Ana Ruiz",
        "Guest 6",
        "Guest 7",
    ]
    assert not any("…" in line for line in shown)


def test_a_very_long_minute_is_cut() -> None:
    card = plain(insight_card(candidate(), around=[Segment("word " * 400), Segment("more " * 400)]))
    assert len(card) < 2_400


def test_the_card_says_what_members_object_to() -> None:
    card = plain(insight_card(candidate(), objections={"wrong": 2, "dull": 1, "unheard-of": 3}))
    assert "Members here say: not what was said (2), not interesting (1)." in card
    assert "Members here say" not in plain(insight_card(candidate()))


def test_every_reason_has_a_button_that_all_platforms_carry() -> None:
    assert [button.action for button in reason_buttons("a").buttons] == [f"why-{name}:a" for name in REASONS]
