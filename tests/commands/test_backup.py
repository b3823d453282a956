"""Backups as people make and restore them: under load, between the engines, damaged, onto what is there already."""

import gzip
import tarfile
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.commands import backup as backing_up
from service.storage.archive import About, read_manifest, write
from tests import commanding
from tests.commanding import Done, own_environment
from tests.postgres import Server
from tests.running import Running, running


def greenroom(data: Path, *arguments: str, database: str = "") -> Done:
    environment = own_environment(GREENROOM_DATA=str(data), GREENROOM_DATABASE=database)
    return commanding.greenroom(*arguments, environment=environment)


def texts(service: Running) -> list[str]:
    status, page = service.caller("blog", None)("GET", "/comments?thread=/a&limit=200")
    assert status == 200
    return [one["text"] for one in page["comments"]]


def test_a_backup_under_load_is_one_moment_and_comes_back_on_either_engine(tmp_path: Path, postgres: Server) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()
    with running(tmp_path / "data") as service:
        service.greenroom("site", "add", "blog", "--origin", "https://blog.example", "--moderation", "never")
        ada = service.member("blog", "Ada")

        def write() -> None:
            while not stop.is_set():
                text = f"comment {len(acknowledged)}"
                assert ada("POST", "/comments", {"thread": "/a", "text": text})[0] == 201
                acknowledged.append(text)

        writer = threading.Thread(target=write)
        writer.start()
        while len(acknowledged) < 20:
            stop.wait(0.01)
        before = len(acknowledged)
        made = greenroom(tmp_path / "data", "backup", str(tmp_path / "b.tar.gz"))
        after = len(acknowledged)
        stop.set()
        writer.join()
    assert (made.returncode, "comments: " in made.stderr) == (0, True)
    for number, database in enumerate(("", postgres.empty())):
        data = tmp_path / f"restored{number}"
        restored = greenroom(data, "restore", str(tmp_path / "b.tar.gz"), database=database)
        assert restored.returncode == 0, restored.stderr
        assert "restored and read back" in restored.stdout
        assert (data / "secret").read_bytes() == (tmp_path / "data" / "secret").read_bytes()
        assert (data / "secret").stat().st_mode & 0o777 == 0o600
        with running(data, GREENROOM_DATABASE=database) as service:
            found = texts(service)
            assert found == acknowledged[: len(found)]  # a moment: no hole
            assert before <= len(found) <= after + 1
            grace = service.member("blog", "Grace")
            assert grace("POST", "/comments", {"thread": "/a", "text": "and it goes on"})[0] == 201


def test_from_one_engine_to_the_other_and_back_every_row_is_the_same(tmp_path: Path, postgres: Server) -> None:
    with running(tmp_path / "a", "--demo"):
        pass
    assert greenroom(tmp_path / "a", "backup", str(tmp_path / "1.tar")).returncode == 0
    url = postgres.empty()
    assert greenroom(tmp_path / "b", "restore", str(tmp_path / "1.tar"), database=url).returncode == 0
    assert greenroom(tmp_path / "b", "backup", str(tmp_path / "2.tar"), database=url).returncode == 0
    assert greenroom(tmp_path / "c", "restore", str(tmp_path / "2.tar")).returncode == 0
    assert greenroom(tmp_path / "c", "backup", str(tmp_path / "3.tar")).returncode == 0

    def rows(name: str) -> dict[str, list[bytes]]:
        with tarfile.open(tmp_path / name) as tar:
            members = [m for m in tar.getmembers() if m.name.startswith("tables/")]
            return {m.name: sorted(tar.extractfile(m) or []) for m in members}

    assert rows("1.tar") == rows("2.tar") == rows("3.tar")
    assert len(rows("1.tar")["tables/comments.jsonl"]) > 1  # the demo has some


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    assert greenroom(tmp_path / "data", "site", "add", "blog", "--origin", "https://blog.example").returncode == 0
    assert greenroom(tmp_path / "data", "backup", str(tmp_path / "b.tar")).returncode == 0
    return tmp_path / "b.tar"


def test_what_is_there_is_never_overwritten(tmp_path: Path, backup: Path) -> None:
    refused = greenroom(tmp_path / "data", "restore", str(backup))
    assert refused.returncode == 1
    assert "is there already" in refused.stderr
    assert "blog" in greenroom(tmp_path / "data", "site", "list").stdout


def test_a_damaged_backup_restores_nothing(tmp_path: Path, backup: Path) -> None:
    whole = backup.read_bytes()
    wrong = {
        "cut": whole[: len(whole) // 2],
        "changed": whole.replace(b'"blog"', b'"bloq"', 1),
        "none": b"a letter",
        "empty": b"",
        "a cut gzip": gzip.compress(whole)[:-200],
    }
    for name, content in wrong.items():
        (tmp_path / "wrong.tar").write_bytes(content)
        refused = greenroom(tmp_path / name, "restore", str(tmp_path / "wrong.tar"))
        assert refused.returncode == 1, name
        assert refused.stderr.splitlines()[-1].startswith("Nothing was restored: "), name
        assert "Traceback" not in refused.stderr
        assert not list((tmp_path / name).glob("*sqlite*")), name


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path: Path, backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part"))
    refused = greenroom(tmp_path / "data", "backup", str(tmp_path / "no" / "such" / "folder.tar"))
    assert (refused.returncode, "Nothing was backed up" in refused.stderr) == (1, True)


def test_a_model_that_comes_during_a_backup_is_in_it_and_what_is_being_written_is_not(
    tmp_path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "data" / "models" / "blog"

    def promoted(line: str) -> None:
        """A training ends while the first rows are told."""
        for folder in ("own-1", ".own-2-x.tmp"):
            (models / folder).mkdir(parents=True, exist_ok=True)
            (models / folder / "manifest.json").write_text(line)

    monkeypatch.setattr(backing_up, "progress", promoted)
    monkeypatch.setenv("GREENROOM_DATA", str(tmp_path / "data"))
    made = CliRunner().invoke(backing_up.command, [str(backup)])
    assert made.exit_code == 0, made.output
    assert set(read_manifest(backup).files) == {"secret", "models/blog/own-1/manifest.json"}


def test_a_file_that_goes_during_a_backup_does_not_end_it(tmp_path: Path, backup: Path) -> None:
    told: list[str] = []
    gone = {"models/blog/own-1/manifest.json": tmp_path / "none", "secret": tmp_path / "data" / "secret"}
    where = str(tmp_path / "data" / "greenroom.sqlite")
    assert set(write(backup, where, lambda: gone, About("1", 0), told.append).files) == {"secret"}
    assert told[-1] == "models/blog/own-1/manifest.json was removed meanwhile, and is left out"
