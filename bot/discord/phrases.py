"""What only members on Discord read: greetings, hints about rights, and why nothing happened."""

from typing import Final

from bot.message import Bullets, Heading, Message, Paragraph, Small, code, text

NOT_SET_UP: Final = "Nothing is set up in this server yet. A curator can use “/podcast setup” in a channel."
NO_SERVER: Final = "I answer from the shows of a server that we share, and I found none that is set up."
CURATORS_ONLY: Final = "This is for curators: members who may manage the server, or who have the role “{role}”."
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


def welcome() -> Message:
    """What we say when we join a server."""
    title = "Podsift is here"
    lines = (
        text(code("/podcast setup"), " – make a channel the place of the daily five (curators)"),
        text(code("/podcast add"), " – follow a show there (curators)"),
        text(code("/ask"), " – ask about anything that was said in the shows; a mention works too"),
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


def with_missing_rights(reply: Message, lacking: tuple[str, ...]) -> Message:
    """The reply, and what an admin must allow for it to work."""
    if not lacking:
        return reply
    said = f"I also need {', '.join(lacking)} in this channel; ask an admin to allow it."
    return Message((*reply.blocks, Paragraph(text(said))), reply.fallback, reply.key)
