"""Commands in our own sentences, as they are typed in a terminal."""

from typer.core import TyperGroup
from typer.main import get_command

from bot.cli import commands
from bot.shapes.commands import ErrorShape, RemovedShape
from bot.texts.hints import IN_TERMINAL, as_typed, with_commands
from bot.texts.message import Bullets, Message, Paragraph, Quote, Small, plain, text
from bot.texts.message_json import from_json, to_json
from bot.texts.replies import error_reply, nothing_followed_reply, removed_reply


def _typed(message: Message) -> str:
    return plain(as_typed(from_json(to_json(message))))


def test_in_the_terminal_a_command_stands_behind_the_programs_name() -> None:
    error = ErrorShape(kind="UnknownFeed", sentence="No.", hint="See what is followed with “list”.", mends_itself=False)

    assert _typed(error_reply(error)).endswith("with “podsift list”.")
    assert plain(error_reply(error)).endswith("with “list”.")
    assert "“podsift add https://" in _typed(nothing_followed_reply())


def test_what_others_said_is_never_taken_for_a_command() -> None:
    blocks = (Quote(text("“list”")), Paragraph(text("“add two numbers”")), Bullets((text("“list”"),)))

    assert "podsift" not in _typed(Message(blocks, "x"))


def test_what_the_terminal_lacks_or_names_already_stays_as_it_is() -> None:
    message = Message((Small(with_commands("“resume” starts it, “podsift run” too, “add X” and “ps” not.")),), "x")

    assert _typed(message) == "“resume” starts it, “podsift run” too, “podsift add X” and “ps” not."


def test_every_command_that_is_told_is_there() -> None:
    there = get_command(commands())

    assert isinstance(there, TyperGroup)
    assert set(there.commands) >= IN_TERMINAL


def test_a_private_show_is_taken_back_with_what_its_members_have() -> None:
    public = RemovedShape(title="Ferns", url="https://example.org/ferns.xml", audience="public", id="f1")

    assert _typed(removed_reply(public)).endswith("To take it back: podsift add https://example.org/ferns.xml")
    hidden = plain(removed_reply(public.model_copy(update={"audience": "private"})))
    assert "https://" not in hidden
    assert "its members are given" in hidden
