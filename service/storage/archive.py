"""A backup: every row as JSON Lines and the files beside the database in one tar, with counts and hashes of all.

The same for both engines, so that a backup of one can be restored into the other. Nothing here knows settings.
"""

import io
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO

import msgspec

from service.storage.tables import Digest, Table, filling, lines, reading, tables_at

_MANIFEST = "manifest.json"
_FORMAT = 1
_DAMAGE = (tarfile.TarError, EOFError, OSError, zlib.error, msgspec.MsgspecError)
Progress = Callable[[str], None]
Files = Callable[[], dict[str, Path]]  # by their paths below the data folder


class ArchiveRefused(Exception):
    """What is wrong with a backup, in one sentence."""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds. The hashes are those of the rows and of the files' bytes."""

    format: int
    greenroom: str
    schema: int
    created_at: int  # milliseconds UTC
    tables: dict[str, str]  # name: rows and the sum of their hashes
    files: dict[str, str]  # path below the data folder: SHA-256


class About(msgspec.Struct, frozen=True):
    """What a backup says of itself beside its content."""

    greenroom: str
    created_at: int


def write(archive: Path, where: str, files: Files, about: About, tell: Progress) -> Manifest:
    """Writes a backup of the database and the files beside it, whole or not at all, and returns what it holds.

    The rows are those of one moment; the service may go on meanwhile. Files are looked for after that moment, since
    they are written before the rows that name them and removed after: a file that goes meanwhile is of no use any more.
    """
    fresh = archive.with_name(archive.name + ".part")
    try:
        with (
            _created(fresh, archive) as tar,
            tempfile.TemporaryFile(dir=archive.parent) as spool,
            reading(where) as source,
        ):
            told: dict[str, str] = {}
            for table in tables_at(source.schema):
                digest = Digest()
                _spool(spool, lines(source, table, digest))
                _add(tar, f"tables/{table.name}.jsonl", spool)
                told[table.name] = digest.told()
                tell(f"{table.name}: {digest.rows} rows")
            sums = _add_files(tar, files(), tell)
            manifest = Manifest(_FORMAT, about.greenroom, source.schema, about.created_at, told, sums)
            _add(tar, _MANIFEST, io.BytesIO(msgspec.json.format(msgspec.json.encode(manifest))))
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.rename(archive)
        return manifest
    finally:
        fresh.unlink(missing_ok=True)


def _created(fresh: Path, archive: Path) -> tarfile.TarFile:
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)  # mail addresses and the secret are in it
    if archive.suffix == ".gz":
        return tarfile.open(fresh, "w:gz", compresslevel=6)
    return tarfile.open(fresh, "w")


def _spool(spool: IO[bytes], rows: Iterator[bytes]) -> None:
    """A member of a tar begins with its length, which is known only at its end."""
    spool.seek(0)
    spool.truncate()
    for line in rows:
        spool.write(line)
        spool.write(b"\n")


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.size = content.seek(0, io.SEEK_END)
    info.mode = 0o600
    content.seek(0)
    tar.addfile(info, content)


def _add_files(tar: tarfile.TarFile, files: dict[str, Path], tell: Progress) -> dict[str, str]:
    """Returns their hashes."""
    sums: dict[str, str] = {}
    for name, path in files.items():
        try:
            file = path.open("rb")
        except FileNotFoundError:
            tell(f"{name} was removed meanwhile, and is left out")
            continue
        with file:
            _add(tar, f"files/{name}", file)
            file.seek(0)
            sums[name] = file_digest(file, "sha256").hexdigest()
    return sums


def read_manifest(archive: Path) -> Manifest:
    """What the backup says it holds. Raises ArchiveRefused for what is no backup of ours, or is cut."""
    with _opened(archive) as tar:
        return _manifest(tar, archive)


def _opened(archive: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(archive)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ArchiveRefused(f"{archive} is no backup that can be read.") from error


def _manifest(tar: tarfile.TarFile, archive: Path) -> Manifest:
    with suppress(KeyError, *_DAMAGE):
        file = tar.extractfile(_MANIFEST)
        if file is not None:
            manifest = msgspec.json.decode(file.read(), type=Manifest)
            if manifest.format != _FORMAT:
                raise ArchiveRefused(f"{archive} has format {manifest.format}; this program reads {_FORMAT}.")
            return manifest
    raise ArchiveRefused(f"{archive} is no whole backup of Greenroom: its manifest cannot be read.")


def restore(archive: Path, where: str, folder: Path, newest_schema: int, tell: Progress) -> Manifest:
    """Fills an empty database and puts the files below the folder; all rows or none.

    Reads everything back and compares counts and hashes before anything counts as restored. Raises ArchiveRefused,
    MigrationRefused.
    """
    with _opened(archive) as tar:
        manifest = _manifest(tar, archive)
        if manifest.schema > newest_schema:
            raise ArchiveRefused(f"{archive} has schema {manifest.schema}; this program knows {newest_schema}.")
        contents = {name: _verified(tar, f"files/{name}", told) for name, told in manifest.files.items()}
        _refuse_to_overwrite(folder, contents)
        with filling(where, manifest.schema) as target:
            for table in tables_at(manifest.schema):
                digest = Digest()
                target.fill(table, _rows(tar, table, digest))
                if digest.told() != manifest.tables.get(table.name):
                    raise ArchiveRefused(
                        f"{archive} is damaged: the rows of {table.name} are not those it was made of."
                    )
                tell(f"{table.name}: {digest.rows} rows")
    for name, content in contents.items():
        _put(folder / name, content)
    return manifest


def differences(where: str, manifest: Manifest) -> list[str]:
    """The tables whose rows are not those of the manifest: read back from the database, every one."""
    wrong = []
    with reading(where) as source:
        for table in tables_at(manifest.schema):
            digest = Digest()
            for _ in lines(source, table, digest):
                pass
            if digest.told() != manifest.tables.get(table.name):
                wrong.append(table.name)
    return wrong


def _rows(tar: tarfile.TarFile, table: Table, digest: Digest) -> Iterator[tuple[object, ...]]:
    file = tar.extractfile(f"tables/{table.name}.jsonl")
    decode = msgspec.json.Decoder(tuple).decode
    try:
        for line in file or ():
            row = line.rstrip(b"\n")
            digest.add(row)
            yield decode(row)
    except _DAMAGE as error:
        raise ArchiveRefused(f"The backup is damaged: the rows of {table.name} cannot be read.") from error


def _verified(tar: tarfile.TarFile, name: str, told: str) -> bytes:
    file = tar.extractfile(name)
    content = file.read() if file is not None else b""
    if sha256(content).hexdigest() != told:
        raise ArchiveRefused(f"The backup is damaged: {name} is not the file it was made of.")
    return content


def _refuse_to_overwrite(folder: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        path = folder / name
        if path.resolve() == folder.resolve() or folder.resolve() not in path.resolve().parents:
            raise ArchiveRefused(f"The backup names a file outside of the data folder: {name}.")
        if path.exists() and path.read_bytes() != content:
            raise ArchiveRefused(f"{path} is there already and differs. Move it away, or name another folder.")


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
