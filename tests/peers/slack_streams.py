"""Streamed messages in the Slack peer: begun, gone on with, ended; they expire, and can be replaced."""

from typing import Any

from tests.peers.slack_peer import BOT, SlackPeer
from tests.peers.slack_rules import flaws, message_flaws

Json = dict[str, Any]


class StreamingPeer:
    """Lets a peer's workspace stream. Messages under way are in `open`."""

    def __init__(self, peer: SlackPeer) -> None:
        self._peer = peer
        self.open: set[str] = set()
        peer.methods |= {
            "chat.startStream": self._start,
            "chat.appendStream": self._append,
            "chat.stopStream": self._stop,
            "chat.update": self._update,
        }

    def expire(self) -> None:
        """Slack ends every stream by itself."""
        self.open.clear()

    def _start(self, arguments: Json) -> Json:
        missing = [name for name in ("recipient_user_id", "recipient_team_id", "thread_ts") if not arguments.get(name)]
        if missing:
            return {"ok": False, "error": f"missing_{missing[0]}"}
        message: Json = {
            "user": BOT, "bot_id": "B1", "ts": self._peer.next_ts(), "text": "", "blocks": [],
            "thread_ts": arguments["thread_ts"],
        }  # fmt: skip
        wrong = self._grow(message, arguments)
        if wrong:
            return {"ok": False, "error": wrong}
        self._peer.places[arguments["channel"]].messages.append(message)
        self.open.add(message["ts"])
        return {"ok": True, "ts": message["ts"], "channel": arguments["channel"]}

    def _append(self, arguments: Json) -> Json:
        message = self._found(arguments)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        if message["ts"] not in self.open:
            return {"ok": False, "error": "message_not_in_streaming_state"}
        wrong = self._grow(message, arguments)
        return {"ok": False, "error": wrong} if wrong else {"ok": True, "ts": message["ts"]}

    def _stop(self, arguments: Json) -> Json:
        done = self._append(arguments)
        message = self._found(arguments)
        if done["ok"] and message is not None:
            self.open.discard(message["ts"])
            message |= {"metadata": arguments["metadata"]} if "metadata" in arguments else {}
        return done

    def _update(self, arguments: Json) -> Json:
        message = self._found(arguments)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        if message["ts"] in self.open:
            return {"ok": False, "error": "streaming_state_conflict"}
        if flaws({"method": "chat.update", **arguments}):
            return {"ok": False, "error": "invalid_blocks"}
        message |= arguments
        return {"ok": True, "ts": message["ts"]}

    def _found(self, arguments: Json) -> Json | None:
        messages = self._peer.places[arguments["channel"]].messages
        return next((one for one in messages if one["ts"] == arguments["ts"]), None)

    def _grow(self, message: Json, arguments: Json) -> str:
        chunks = arguments.get("chunks") or []
        grown = message["blocks"] + [block for chunk in chunks for block in chunk["blocks"]]
        if any(chunk["type"] != "blocks" or not chunk["blocks"] for chunk in chunks) or message_flaws(
            {"text": "x", "blocks": grown}
        ):
            return "invalid_blocks"
        message["blocks"] = grown
        return ""
