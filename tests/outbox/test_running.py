"""The service as people run it: letters on the console without a mail server, and what `outbox list` tells."""

from pathlib import Path

from tests.running import running

HELD = "http://a.example http://b.example http://c.example"


def test_on_the_console_and_in_the_list(tmp_path: Path) -> None:
    with running(tmp_path / "data") as service:
        service.greenroom("site", "add", "blog", "--origin", "https://blog.example")
        ada, olive = service.member("blog", "Ada"), service.member("blog", "Olive", "owner")
        assert olive("PATCH", "/settings", {"moderation_mail": ["mo@blog.example"]})[0] == 200
        assert ada("POST", "/comments", {"thread": "/a", "text": HELD})[0] == 202
        assert service.process.stdout is not None
        lines = [service.process.stdout.readline() for _ in range(12)]
        assert "A letter to mo@blog.example (no mail server is set)\n" in lines
        assert "Subject: [blog] 1 comment waits for you\n" in lines
        assert olive("PATCH", "/settings", {"moderation_mail_every": "day"})[0] == 200
        assert ada("POST", "/comments", {"thread": "/a", "text": f"{HELD} again"})[0] == 202
        (line,) = service.greenroom("outbox", "list").splitlines()
        assert [line.split("\t")[at] for at in (0, 2, 3, 5, 6)] == ["waits", "blog", "held", "0", "-"]
