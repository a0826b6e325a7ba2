"""Files: a list of shows that a member sends along, and one that a member gets, in their direct messages."""

from typing import Final
from urllib.parse import urlsplit

import aiohttp

from bot.slack.faults import SlackRefused
from bot.slack.web import SlackWeb
from pipeline.domain.errors import DeliveryDelayed

_TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
_OK: Final = 200


class Files:
    """Files of one workspace. Everything raises DeliveryError; SlackGone where the app may not handle files."""

    def __init__(self, web: SlackWeb) -> None:
        self._web = web

    async def fetch(self, file: str, *, most: int) -> bytes:
        """The bytes of a file; of a longer one than `most` nothing is read."""
        told = (await self._web.read("files.info", file=file)).get("file") or {}
        address = str(told.get("url_private_download") or told.get("url_private") or "")
        if int(told.get("size") or 0) > most or not self._is_slacks(address):
            raise SlackRefused("file_not_readable")
        headers = {"Authorization": f"Bearer {self._web.client.token}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.get(address, headers=headers, allow_redirects=False, proxy=self._web.client.proxy) as reply,
            ):
                body = await reply.content.read(most + 1)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryDelayed("Slack does not give the file.") from error
        # Without the permission Slack answers with a page to sign in.
        if reply.status != _OK or len(body) > most or reply.content_type == "text/html":
            raise SlackRefused("file_not_readable")
        return body

    async def give(self, user: str, name: str, content: bytes, *, comment: str) -> None:
        """Put a file into a member's direct messages."""
        opened = await self._web.write("conversations.open", users=user)
        place = str((opened.get("channel") or {}).get("id", ""))
        ticket = await self._web.read("files.getUploadURLExternal", filename=name, length=len(content))
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.post(str(ticket["upload_url"]), data=content, proxy=self._web.client.proxy) as reply,
            ):
                status = reply.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryDelayed("Slack does not take the file.") from error
        if status != _OK:
            raise SlackRefused("upload_failed")
        files = [{"id": ticket["file_id"], "title": name}]
        await self._web.write("files.completeUploadExternal", files=files, channel_id=place, initial_comment=comment)

    def _is_slacks(self, address: str) -> bool:
        """The token goes to Slack and to nobody else."""
        parts = urlsplit(address)
        ours = urlsplit(self._web.client.base_url)
        is_below = (parts.hostname or "").endswith(f".{ours.hostname}")
        return (parts.scheme == "https" and is_below) or parts.netloc == ours.netloc
