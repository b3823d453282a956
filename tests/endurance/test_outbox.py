"""kill -9 while letters are sent: each held comment is told of, and what is sent twice is the same message."""

import asyncio
import random
import sqlite3
import threading
import time
from contextlib import closing
from email import message_from_bytes
from pathlib import Path

import aiohttp
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from club import API, SITE, Club
from service_process import NewService, wait_until

_LETTERS = 60


class MailServer:
    """Takes letters on a thread of its own, slowly."""

    def __init__(self) -> None:
        self.ids: list[tuple[str, str]] = []
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(
            self.loop.create_server(lambda: SMTP(self, hostname="mail.test", loop=self.loop), "127.0.0.1", 0)
        )
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.ids.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content)["Message-ID"]))
        await asyncio.sleep(0.01)
        return "250 OK"

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _end(self) -> None:
        self.server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@pytest.mark.long
def test_kill_while_letters_are_sent(club: Club, new_service: NewService) -> None:
    mail, service = MailServer(), new_service()
    service.settings["GREENROOM_SMTP_URL"] = f"smtp://127.0.0.1:{mail.port}"
    try:
        service.start()
        asyncio.run(_post(service.url, club.members[0]))
        service.stop()
        _follow(service.database)
        enough = random.randrange(1, _LETTERS - 10)
        service.start()
        wait_until(lambda: len(mail.ids) >= enough, "the first letters")
        service.kill()
        service.start()
        # What the killed one had claimed is free again after a minute and a half.
        wait_until(lambda: len({to for to, _ in mail.ids}) == _LETTERS, "all letters", 200)
        assert len(set(mail.ids)) == _LETTERS
        assert len(mail.ids) <= _LETTERS + 1
    finally:
        mail.close()


async def _post(url: str, token: str) -> None:
    asked = {"url": f"{API}/comments", "json": {"thread": "/a", "text": "Good morning"}}
    async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {token}"}) as http:
        answer = await http.post(**asked)
        assert answer.status == 201


def _follow(database: Path) -> None:
    """Sixty readers follow the page, and are to be told of its comment."""
    with closing(sqlite3.connect(database)) as db, db:
        (comment_id, thread_id) = db.execute("SELECT id, thread_id FROM comments").fetchone()
        for number in range(_LETTERS):
            row = (f"{number:022x}", SITE, thread_id, f"r{number}@x.example")
            db.execute(
                "INSERT INTO subscriptions (id, site_id, thread_id, email, created_at, asked_at, confirmed_at)"
                " VALUES (?, ?, ?, ?, 1, 1, 2)",
                row,
            )
        now = time.time_ns() // 1_000_000
        db.execute(
            "INSERT INTO outbox (id, site_id, kind, about_id, created_at, due_at, attempts, claimed_until)"
            " VALUES ('e', ?, 'published', ?, ?, ?, 0, 0)",
            (SITE, comment_id, now, now),
        )
