"""What Discord refuses in a request's body, written down from its documentation: messages, forms, threads, answers.

`problems_of_request` judges a recorded line (see `traffic.record`); commands are judged in `discord_command_rules`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.peers.discord_command_rules import problems_of_commands

COMPONENTS_V2 = 1 << 15
EPHEMERAL = 1 << 6
Json = dict[str, Any]

_ROW, _BUTTON, _SELECTS, _INPUT = 1, 2, frozenset({3, 5, 6, 7, 8}), 4
_SECTION, _TEXT, _THUMBNAIL, _GALLERY, _FILE, _SEPARATOR, _CONTAINER, _LABEL = 9, 10, 11, 12, 13, 14, 17, 18
_IN_CONTAINERS: Final = frozenset({_ROW, _SECTION, _TEXT, _GALLERY, _FILE, _SEPARATOR})
_AT_THE_TOP: Final = _IN_CONTAINERS | {_CONTAINER}
_MESSAGE_KEYS: Final = frozenset(
    {"content", "nonce", "enforce_nonce", "tts", "embeds", "allowed_mentions", "message_reference", "components"}
    | {"sticker_ids", "attachments", "flags", "poll"}
)
_SENDABLE_FLAGS: Final = 1 << 2 | EPHEMERAL | 1 << 12 | COMPONENTS_V2
_EMBED_TEXTS: Final = {"title": 256, "description": 4_096}


def problems_of_request(method: str, path: str, body: Any) -> list[str]:
    """Every reason to refuse this request's body, empty for a good one."""
    rules: tuple[tuple[str, str, Callable[[Any], list[str]]], ...] = (
        ("POST", r"/channels/\d+/messages", problems_of),
        ("PATCH", r"/webhooks/\d+/[^/]+/messages/@original", lambda edit: problems_of(edit, is_edit=True)),
        ("POST", r"/webhooks/\d+/[^/]+", problems_of),
        ("POST", r"/channels/\d+/(?:messages/\d+/)?threads", problems_of_thread),
        ("POST", r"/interactions/\d+/[^/]+/callback", problems_of_callback),
        ("PUT", r"/applications/\d+(?:/guilds/\d+)?/commands", problems_of_commands),
    )
    return next((judge(body) for verb, fitting, judge in rules if verb == method and re.fullmatch(fitting, path)), [])


def problems_of(body: Json, *, is_edit: bool = False) -> list[str]:
    """Every reason to refuse this body of a message."""
    components = list(walk(body.get("components") or []))
    problems = [f"“{key}” is no part of a message" for key in body.keys() - _MESSAGE_KEYS]
    problems += [*_of_mentions(body), *_of_nonce(body), *_of_embeds(body.get("embeds") or [])]
    problems += [problem for component in components for problem in _of_component(component)]
    problems += [*_of_ids(components), *_of_attachments(body, components)]
    flags = body.get("flags") or 0
    if flags & ~_SENDABLE_FLAGS:
        problems.append(f"flags that cannot be sent: {flags & ~_SENDABLE_FLAGS}")
    if flags & COMPONENTS_V2:
        return [*problems, *_of_layout(body, components)]
    return [*problems, *_of_content(body, is_edit=is_edit)]


def problems_of_thread(body: Json) -> list[str]:
    """Every reason to refuse to open this thread; in a forum its first message comes along."""
    problems = [] if 0 < len(body.get("name") or "") <= 100 else ["a thread's name has 1 to 100 characters"]
    if body.get("auto_archive_duration", 60) not in {60, 1440, 4320, 10080}:
        problems.append("no duration that threads stay open for")
    if len(body.get("applied_tags") or []) > 5:
        problems.append("more than five tags")
    if "message" in body:
        problems += problems_of(body["message"])
        if "nonce" in body["message"]:
            problems.append("a forum's post takes no nonce")
    return problems


def problems_of_callback(body: Json) -> list[str]:
    """Every reason to refuse this first answer to an interaction."""
    kind, data = body.get("type"), body.get("data") or {}
    if kind in {4, 7}:
        return problems_of(data)
    if kind == 8:
        return [*_of_choices(data.get("choices") or [])]
    if kind == 9:
        return [*_of_modal(data)]
    return [] if kind in {1, 5, 6} else [f"{kind} is no answer"]


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, parents first."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for name in ("accessory", "component"):
            if component.get(name):
                yield from walk([component[name]])


def _of_layout(body: Json, components: list[Json]) -> Iterator[str]:
    if body.get("content") or body.get("embeds") or body.get("poll") or body.get("sticker_ids"):
        yield "content, embeds, polls and stickers cannot be used with components v2"
    if not components:
        yield "an empty message"
    if len(components) > 40:
        yield f"{len(components)} components are more than 40"
    texts = [component["content"] for component in components if component["type"] == _TEXT]
    if sum(map(len, texts)) > 4_000:
        yield f"{sum(map(len, texts))} characters are more than 4000"
    if not {component["type"] for component in body.get("components") or []} <= _AT_THE_TOP:
        yield "a component that cannot stand alone"


def _of_content(body: Json, *, is_edit: bool) -> Iterator[str]:
    content, components = body.get("content") or "", body.get("components") or []
    if len(content) > 2_000:
        yield f"{len(content)} characters are more than 2000"
    if not (content.strip() or components or body.get("embeds") or body.get("attachments") or is_edit):
        yield "an empty message"
    if len(components) > 5 or any(row["type"] != _ROW for row in components):
        yield "old messages hold at most five rows of buttons"


def _of_component(component: Json) -> Iterator[str]:
    kind, children = component["type"], component.get("components") or []
    inside = {child["type"] for child in children}
    if kind == _TEXT and not component["content"].strip():
        yield "a text without words"
    elif kind == _SECTION:
        if not 1 <= len(children) <= 3 or inside != {_TEXT}:
            yield "a section holds one to three texts"
        if (component.get("accessory") or {}).get("type") not in {_BUTTON, _THUMBNAIL}:
            yield "a section needs a button or a picture beside it"
    elif kind == _CONTAINER and (not children or not inside <= _IN_CONTAINERS):
        yield "a container that is empty or holds what it cannot"
    elif kind == _ROW and not _is_row(children, inside):
        yield "a row holds one to five buttons, or one menu, or one field"
    elif kind == _BUTTON:
        yield from _of_button(component)
    elif kind in _SELECTS:
        yield from _of_select(component)
    elif kind == _FILE and not component["file"]["url"].startswith("attachment://"):
        yield "a file that was not sent along"


def _is_row(children: list[Json], inside: set[int]) -> bool:
    return (inside == {_BUTTON} and 1 <= len(children) <= 5) or (len(children) == 1 and inside <= {*_SELECTS, _INPUT})


def _of_button(button: Json) -> Iterator[str]:
    if not 0 < len(button.get("label") or "") <= 80 and not button.get("emoji"):
        yield "a label of no or more than 80 characters"
    if button.get("style") == 5:
        if not 0 < len(button.get("url") or "") <= 512 or "custom_id" in button:
            yield "a link button has an address of at most 512 characters and no id"
    elif button.get("style") not in {1, 2, 3, 4} or "custom_id" not in button or "url" in button:
        yield "a button has a style and an id, and no address"


def _of_select(select: Json) -> Iterator[str]:
    options = select.get("options") or []
    if select["type"] == 3 and not 1 <= len(options) <= 25:
        yield "a menu has one to 25 options"
    if any(
        not 0 < len(o["label"]) <= 100 or len(o["value"]) > 100 or len(o.get("description") or "") > 100
        for o in options
    ):
        yield "an option's texts have at most 100 characters"
    if len(select.get("placeholder") or "") > 150:
        yield "a placeholder of more than 150 characters"


def _of_ids(components: list[Json]) -> Iterator[str]:
    ids = [component["custom_id"] for component in components if "custom_id" in component]
    if len(ids) != len(set(ids)):
        yield "an id occurs twice"
    if not all(0 < len(custom_id) <= 100 for custom_id in ids):
        yield "an id of no or more than 100 characters"
    numbers = [component["id"] for component in components if component.get("id")]
    if len(numbers) != len(set(numbers)):
        yield "a number occurs twice"


def _of_mentions(body: Json) -> Iterator[str]:
    allowed = body.get("allowed_mentions")
    if allowed is None:
        yield "mentions are not forbidden"
    elif allowed.get("parse") != [] or allowed.get("users") or allowed.get("roles"):
        yield f"mentions are allowed: {allowed}"
    elif body.get("message_reference") and allowed.get("replied_user", False):
        yield "a reply that pings"


def _of_nonce(body: Json) -> Iterator[str]:
    if isinstance(body.get("nonce"), str) and len(body["nonce"]) > 25:
        yield "a nonce of more than 25 characters"
    if body.get("enforce_nonce") and not body.get("nonce"):
        yield "a nonce is enforced that is not there"


def _of_attachments(body: Json, components: list[Json]) -> Iterator[str]:
    sent = {attachment.get("filename") for attachment in body.get("attachments") or []}
    used = {c["file"]["url"].removeprefix("attachment://") for c in components if c["type"] == _FILE}
    if not used <= sent:
        yield f"files that were not sent along: {used - sent}"
    if (body.get("flags") or 0) & COMPONENTS_V2 and not sent <= used:
        yield f"files that nobody sees: {sent - used}"


def _of_embeds(embeds: list[Json]) -> Iterator[str]:
    if len(embeds) > 10:
        yield "more than ten embeds"
    texts: list[str] = []
    for embed in embeds:
        fields = embed.get("fields") or []
        if len(fields) > 25:
            yield "more than 25 fields"
        if any(len(f["name"]) > 256 or len(f["value"]) > 1_024 for f in fields):
            yield "a field that is too long"
        if any(len(embed.get(name) or "") > most for name, most in _EMBED_TEXTS.items()):
            yield "an embed that is too long"
        footer, author = (embed.get("footer") or {}).get("text") or "", (embed.get("author") or {}).get("name") or ""
        if len(footer) > 2_048 or len(author) > 256:
            yield "a footer or an author that is too long"
        texts += [
            *(embed.get(n) or "" for n in _EMBED_TEXTS),
            *(f["name"] + f["value"] for f in fields),
            footer,
            author,
        ]
    if sum(map(len, texts)) > 6_000:
        yield "more than 6000 characters in embeds"


def _of_choices(choices: list[Json]) -> Iterator[str]:
    if len(choices) > 25:
        yield "more than 25 choices"
    if any(not 0 < len(c["name"]) <= 100 or len(str(c["value"])) > 100 for c in choices):
        yield "a choice of more than 100 characters"


def _of_modal(modal: Json) -> Iterator[str]:
    if not 0 < len(modal.get("title") or "") <= 45:
        yield "a form's title has 1 to 45 characters"
    if not 0 < len(modal.get("custom_id") or "") <= 100:
        yield "a form's id has 1 to 100 characters"
    if not 1 <= len(modal.get("components") or []) <= 5:
        yield "a form has one to five fields"
    components = list(walk(modal.get("components") or []))
    yield from _of_ids(components)
    for component in components:
        if component["type"] == _LABEL and (
            not 0 < len(component["label"]) <= 45 or len(component.get("description") or "") > 100
        ):
            yield "a label has at most 45 characters, its description 100"
        if component["type"] == _INPUT:
            yield from _of_input(component)


def _of_input(field: Json) -> Iterator[str]:
    if field.get("style") not in {1, 2} or len(field.get("placeholder") or "") > 100:
        yield "a field has a style and a placeholder of at most 100 characters"
    if not 1 <= field.get("max_length", 4_000) <= 4_000 or len(field.get("value") or "") > 4_000:
        yield "a field holds at most 4000 characters"
