"""What only members on Discord read: greetings, hints about rights, and why nothing happened."""

from typing import Final

from bot.texts.message import Bullets, Heading, Message, Paragraph, Small, bold, code, text

NOT_SET_UP: Final = "Nothing is set up in this server yet. A curator can use “/podcast setup” in a channel."
NO_SERVER: Final = "I answer from the shows of a server that we share, and I found none that is set up."
CURATORS_ONLY: Final = "This is for curators: members who may manage the server, or who have the role “{role}”."
NO_INSIGHT: Final = "There is no insight in this message. Use this on a daily post, or on an insight's card."
WHICH: Final = "Which of them?"
NOT_WORDS: Final = "There are no words in this message to ask about."
LONG_FILE: Final = "This file is too large for a list of shows; at most 5 MB."
LOST_FILE: Final = "Discord did not hand the file over; send it again."
ONE_OF_BOTH: Final = "Give the list as a file or as an address, one of the two."
THE_REST: Final = "The whole reply is in the file."
NO_QUESTION: Final = "Ask me about the shows that are followed here, or write “help”."
PORTAL: Final = (
    "Discord refused an intent (4014). Open the application in the Developer Portal, go to Bot, switch on “Message "
    "Content Intent” and start again, or set PODSIFT_DISCORD_MESSAGE_CONTENT=false: mentions, replies, direct "
    "messages and commands work without it."
)
CLOSED: Final = "Discord closed the connection for good (code {code}): see its list of gateway close codes."
REFUSED_KEY: Final = (
    "Discord does not accept PODSIFT_DISCORD_TOKEN. Copy the bot's token anew from the Developer Portal."
)


def one_line(sentence: str) -> Message:
    """A message of one sentence."""
    return Message((Paragraph(text(sentence)),), sentence)


def news(who: str, what: str) -> Message:
    """The line that tells a channel of a change."""
    return Message((Small(text(bold(who), ": ", what)),), f"{who}: {what}")


def welcome() -> Message:
    """What we say when we join a server."""
    title = "Podsift is here"
    lines = (
        text(code("/podcast setup"), " – make a channel the place of the daily five (curators)"),
        text(code("/podcast add"), " – follow a show there (curators)"),
        text(code("/ask"), " – ask about anything that was said in the shows; a mention works too"),
        text("“Ask about this”, under “Apps” in the menu of any message"),
    )
    small = "Curators are members who may manage the server. I read only what mentions me, replies to me or asks me."
    return Message(
        (
            Heading(text(title)),
            Paragraph(text("I read new podcast episodes and post the five insights worth knowing, once a day.")),
            Bullets(lines),
            Small(text(small)),
        ),
        title,
    )


def farewell(channel: str, reason: str) -> Message:
    """What those hear who set a channel up, when nothing can be posted there any more."""
    title = f"The daily post in “{channel}” has stopped"
    again = text(
        "Once that is mended, ", code("/podcast resume"), " in the channel starts it again; ", code("/podcast setup"),
        " makes another channel the place of the daily five.",
    )  # fmt: skip
    return Message((Paragraph(text(bold(title), ".")), Paragraph(text(reason)), Small(again)), title)


def hindered(reason: str) -> Message:
    """Why an answer comes as a direct message."""
    return Message((Small(text(f"I could not answer where you asked. {reason}")),), reason)


def with_missing_rights(reply: Message, lacking: tuple[str, ...]) -> Message:
    """The reply, and what an admin must allow for it to work."""
    if not lacking:
        return reply
    said = f"I also need {', '.join(lacking)} in this channel; ask an admin to allow it."
    return Message((*reply.blocks, Paragraph(text(said))), reply.fallback, reply.key)
