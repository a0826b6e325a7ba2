"""Slack's documented rules for whole calls: which arguments a method takes, and how long each may be.

`flaws(call)` takes a call as `PODSIFT_RECORD` writes it down: the method's name and its arguments.

    python -m tests.peers.slack_rules recorded.jsonl      # prints the flaws of recorded traffic; 1 when there are any
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.peers.slack_blocks_rules import LONGEST_ID, flaws_of_blocks, length, markup_flaws, sized, text_flaws

Json = dict[str, Any]

_STAMP: Final = re.compile(r"\d{10}\.\d{6}")
_PLACE: Final = re.compile(r"[CDGU][A-Z0-9]*")
_USER: Final = re.compile(r"[UW][A-Z0-9]+")
_EVENT_TYPE: Final = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_PAGE: Final = 999
_LONGEST_METADATA: Final = 16_000
_MOST_JSON: Final = 12_000


def main() -> None:
    """Judge a file of recorded calls."""
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    calls = [call for call in map(json.loads, lines) if not str(call["method"]).startswith("discord")]
    found = [
        f"{number}: {call['method']}: {flaw}" for number, call in enumerate(calls, start=1) for flaw in flaws(call)
    ]
    print("\n".join(found) or f"{len(calls)} calls, no flaws")
    sys.exit(1 if found else 0)


def flaws(call: Json) -> list[str]:
    """What Slack would refuse, or turn into markup, in this call; empty when all is well."""
    method = str(call["method"])
    arguments = {name: value for name, value in call.items() if name not in {"method", "token"}}
    if method not in _METHODS:
        return [f"no method {method}"]
    needed, optional, check = _METHODS[method]
    found = [f"without {name}" for name in sorted(needed - set(arguments))]
    found += [f"does not take {name}" for name in sorted(set(arguments) - needed - optional)]
    found += [f"{name}: {value!r:.40}" for name, value in arguments.items() if not _is_formed(name, value)]
    return [*found, *check(arguments)]


def message_flaws(arguments: Json) -> list[str]:
    """What is wrong with text and blocks of a message."""
    return list(_message(arguments))


def _is_formed(name: str, value: Any) -> bool:
    if name in {"ts", "thread_ts"}:
        return bool(_STAMP.fullmatch(str(value)))
    if name in {"channel", "channel_id"}:
        return bool(_PLACE.fullmatch(str(value)))
    if name in {"user", "user_id", "recipient_user_id"}:
        return bool(_USER.fullmatch(str(value)))
    if name == "limit":
        return 1 <= int(value) <= _LONGEST_PAGE
    return name != "cursor" or bool(value)


def _message(arguments: Json, *, longest: int = 40_000) -> Iterator[str]:
    blocks = arguments.get("blocks", [])
    text = arguments.get("text", "")
    yield from flaws_of_blocks(blocks, most=50)
    yield from sized("text", text, longest)
    if blocks and length(text) > 4_000:
        yield "text beside blocks is for notifications: more than 4,000"
    yield from markup_flaws(text)
    if length(json.dumps(blocks, ensure_ascii=False)) > _MOST_JSON:
        yield f"blocks: more than {_MOST_JSON} of JSON"
    yield from _metadata(arguments)


def _posted(arguments: Json) -> Iterator[str]:
    yield from _message(arguments)
    if any(arguments.get(name) is not False for name in ("unfurl_links", "unfurl_media")):
        yield "previews are on"
    if not arguments.get("blocks") and arguments.get("mrkdwn") is not False:
        yield "words without blocks are read as markup"


def _updated(arguments: Json) -> Iterator[str]:
    yield from _message(arguments, longest=4_000)


def _metadata(arguments: Json) -> Iterator[str]:
    metadata = arguments.get("metadata")
    if metadata is None:
        return
    if set(metadata) != {"event_type", "event_payload"} or not _EVENT_TYPE.fullmatch(str(metadata["event_type"])):
        yield f"metadata: {metadata!r:.60}"
    elif not all(isinstance(value, str | int | bool) for value in metadata["event_payload"].values()):
        yield "metadata: its values are words and numbers"
    if length(json.dumps(metadata)) > _LONGEST_METADATA:
        yield "metadata: too long"


def _responded(arguments: Json) -> Iterator[str]:
    yield from _posted(arguments)
    if arguments.get("response_type") not in {"ephemeral", "in_channel"}:
        yield "response_type"


def _streamed(arguments: Json) -> Iterator[str]:
    if "markdown_text" in arguments and "chunks" in arguments:
        yield "markdown_text beside chunks"
    for chunk in arguments.get("chunks", []):
        if chunk.get("type") == "blocks" and set(chunk) == {"type", "blocks"} and chunk["blocks"]:
            yield from flaws_of_blocks(chunk["blocks"], most=50)
        elif chunk.get("type") == "markdown_text" and set(chunk) == {"type", "text"}:
            yield from sized("markdown_text", chunk["text"], 12_000)
        else:
            yield f"chunk {chunk.get('type')}"
    yield from _metadata(arguments)


def _begun(arguments: Json) -> Iterator[str]:
    yield from _streamed(arguments)


def _viewed(arguments: Json) -> Iterator[str]:
    yield from view_flaws(arguments.get("view", {}))


def view_flaws(view: Json) -> Iterator[str]:
    """What is wrong with a modal or a home tab."""
    kind = view.get("type")
    if kind not in {"modal", "home"}:
        yield f"a view of type {kind}"
        return
    shared = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    own = (
        {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
        if kind == "modal"
        else set()
    )
    if extra := set(view) - shared - own:
        yield f"unknown: {', '.join(sorted(extra))}"
    yield from flaws_of_blocks(view.get("blocks"), most=100, where=kind)
    if "private_metadata" in view:
        yield from sized("private_metadata", view["private_metadata"], 3_000, least=0)
    if "callback_id" in view:
        yield from sized("callback_id", view["callback_id"], LONGEST_ID)
    if kind == "modal":
        yield from text_flaws(view.get("title"), 24)
        for name in ("submit", "close"):
            if name in view:
                yield from text_flaws(view[name], 24)
        if "submit" not in view and any(block.get("type") == "input" for block in view.get("blocks", [])):
            yield "a modal with fields needs submit"
    if length(json.dumps(view)) > 250_000:
        yield "view: more than 250 kB"


def _status(arguments: Json) -> Iterator[str]:
    if len(arguments.get("loading_messages", [])) > 10:
        yield "loading_messages: more than 10"
    yield from sized("status", arguments.get("status"), 200, least=0)


def _prompts(arguments: Json) -> Iterator[str]:
    prompts = arguments.get("prompts", [])
    if not 1 <= len(prompts) <= 4:
        yield "prompts: 1 to 4"
    for one in prompts:
        if set(one) != {"title", "message"} or not one["title"] or not one["message"]:
            yield "a prompt has title and message"


def _completed(arguments: Json) -> Iterator[str]:
    files = arguments.get("files", [])
    files = json.loads(files) if isinstance(files, str) else files
    if not files or any(not one.get("id") for one in files):
        yield "files"


def _nothing(_arguments: Json) -> Iterator[str]:
    return iter(())


_FORMAT: Final = {"text", "blocks", "unfurl_links", "unfurl_media", "mrkdwn"}
_POSTED: Final = _FORMAT | {"thread_ts", "metadata", "reply_broadcast", "markdown_text", "parse", "username"}
_PAGED: Final = {"cursor", "limit", "oldest", "latest", "inclusive", "include_all_metadata"}
_Check = Callable[[Json], Iterator[str]]
_METHODS: Final[dict[str, tuple[set[str], set[str], _Check]]] = {
    "apps.connections.open": (set(), set(), _nothing),
    "assistant.threads.setStatus": ({"channel_id", "thread_ts", "status"}, {"loading_messages"}, _status),
    "assistant.threads.setSuggestedPrompts": ({"channel_id", "prompts"}, {"thread_ts", "title"}, _prompts),
    "auth.test": (set(), {"team_id"}, _nothing),
    "chat.appendStream": ({"channel", "ts"}, {"markdown_text", "chunks"}, _streamed),
    "chat.postEphemeral": ({"channel", "user"}, _FORMAT | {"thread_ts"}, _posted),
    "chat.postMessage": ({"channel"}, _POSTED, _posted),
    "chat.startStream": (
        {"channel", "thread_ts", "recipient_user_id", "recipient_team_id"}, {"markdown_text", "chunks"}, _begun,
    ),
    "chat.stopStream": ({"channel", "ts"}, {"markdown_text", "chunks", "blocks", "metadata"}, _streamed),
    "chat.update": ({"channel", "ts"}, {"text", "blocks", "metadata", "markdown_text"}, _updated),
    "conversations.history": ({"channel"}, _PAGED, _nothing),
    "conversations.info": ({"channel"}, {"include_locale", "include_num_members"}, _nothing),
    "conversations.join": ({"channel"}, set(), _nothing),
    "conversations.open": (set(), {"channel", "users", "return_im"}, _nothing),
    "conversations.replies": ({"channel", "ts"}, _PAGED, _nothing),
    "files.completeUploadExternal": ({"files"}, {"channel_id", "thread_ts", "initial_comment", "blocks"}, _completed),
    "files.getUploadURLExternal": ({"filename", "length"}, {"alt_txt", "snippet_type"}, _nothing),
    "files.info": ({"file"}, set(), _nothing),
    "oauth.v2.access": ({"code"}, {"client_id", "client_secret", "redirect_uri"}, _nothing),
    "response_url": ({"response_type"}, _FORMAT | {"replace_original", "delete_original", "thread_ts"}, _responded),
    "users.conversations": (set(), {"user", "types", "limit", "cursor", "exclude_archived", "team_id"}, _nothing),
    "users.info": ({"user"}, {"include_locale"}, _nothing),
    "views.open": ({"trigger_id", "view"}, set(), _viewed),
    "views.publish": ({"user_id", "view"}, {"hash"}, _viewed),
    "views.update": ({"view"}, {"view_id", "external_id", "hash"}, _viewed),
}  # fmt: skip


if __name__ == "__main__":
    main()
