"""Models on disk: saved whole or not at all, and loaded only after every check has passed.

A joblib file is a pickle and can run code. So before joblib sees one, its hash must stand in a manifest that is
pinned, signed or named by the operator, and every byte of it outside the numbers must be what joblib writes for
plain arrays of these shapes.
"""

import hashlib
import io
import os
import shutil
import stat
import tempfile
from pathlib import Path

import joblib
import numpy as np
from numpy.typing import NDArray

from service.spam import manifest
from service.spam.facts import FACTS
from service.spam.hashing import TABLE
from service.spam.linear import Linear
from service.spam.manifest import ModelRefused
from service.spam.model import Model

ARRAYS = "weights.joblib"
_MOST_BYTES = 64 << 20

Arrays = dict[str, NDArray[np.generic]]
Owners = frozenset[int] | None


def _plain(fill: int) -> Arrays:
    """Arrays of the right names, shapes and types, with this in each of their bytes."""
    shapes = (("table", np.float32, TABLE), ("facts", np.float64, len(FACTS)), ("intercept", np.float64, 1))
    return {name: np.full(length * np.dtype(kind).itemsize, fill, np.uint8).view(kind) for name, kind, length in shapes}


def _dumped(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(arrays, buffer, compress=0)
    return buffer.getvalue()


def save(folder: Path, weights: Linear, fields: dict[str, object], card: str = "", secret: bytes | None = None) -> str:
    """Write a model into `folder`, replacing one that is there; the SHA-256 of its manifest is returned.

    `fields` is the manifest without the arrays' hash and the feature space, which are added here. With a secret
    the manifest is signed. The folder appears whole, by one rename, or stays what it was. Raises OSError.
    """
    arrays = _dumped(
        {"table": weights.table, "facts": weights.facts, "intercept": np.array([weights.intercept], np.float64)}
    )
    described = manifest.encode(manifest.complete(fields, ARRAYS, arrays))
    files = {ARRAYS: arrays, manifest.NAME: described}
    if card:
        files["CARD.md"] = card.encode()
    if secret is not None:
        files[manifest.SIGNATURE] = manifest.sign(described, secret).encode()
    _replace(folder, files)
    return hashlib.sha256(described).hexdigest()


def _replace(folder: Path, files: dict[str, bytes]) -> None:
    """Make the folder hold exactly these files, through a temporary folder beside it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", suffix=".tmp", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        for name, content in files.items():
            _write(fresh / name, content)
        _sync(fresh)
        _swap(fresh, folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(fresh: Path, folder: Path) -> None:
    """Put the fresh folder in the place of the old one, which moves into it and goes with it."""
    if not folder.exists():
        fresh.rename(folder)
        return
    old = fresh.with_name(fresh.name + ".old")
    folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def load_pinned(folder: Path, pin: str) -> Model:
    """Load the model whose manifest has this SHA-256. Raises ModelRefused.

    Whoever installed this program owns that model, and could as well have changed the pin: any owner will do.
    """
    content = _read(folder, manifest.NAME, None)
    manifest.check_pin(content, pin)
    return _load(folder, content, None)


def load_signed(folder: Path, secret: bytes) -> Model:
    """Load a model signed with this installation's secret. Raises ModelRefused."""
    content = _read(folder, manifest.NAME, _trusted())
    manifest.check_signature(content, _read(folder, manifest.SIGNATURE, _trusted()), secret)
    return _load(folder, content, _trusted())


def load_named(folder: Path) -> Model:
    """Load a model that the operator named on the command line: unsigned, all other checks. Raises ModelRefused."""
    return _load(folder, _read(folder, manifest.NAME, _trusted()), _trusted())


def _trusted() -> Owners:
    """The administrator and the user this program runs as."""
    return frozenset({0, os.geteuid()})


def _load(folder: Path, content: bytes, owners: Owners) -> Model:
    described = manifest.decode(content)
    stored = _read(folder, ARRAYS, owners)
    _check_bytes(stored, described)
    arrays = joblib.load(folder / ARRAYS, mmap_mode="r")
    _check_numbers(arrays)
    weights = Linear(
        arrays["table"].view(np.ndarray),  # still mapped; the subclass would make each gather slow
        np.array(arrays["facts"]),
        float(arrays["intercept"][0]),
        described.slope,
        described.offset,
    )
    return Model(described.version, weights, described.hold_at, described.spam_at, described.sha256)


def _read(folder: Path, name: str, owners: Owners) -> bytes:
    """The content of a plain file that belongs to one of these users (None: to anyone) and not everybody can write."""
    path = folder / name
    try:
        _check_owner(folder, os.lstat(folder), owners)
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as fault:
        linked = "is a symbolic link, a plain file is needed"
        raise ModelRefused(f"{path} {linked if path.is_symlink() else f'cannot be read: {fault.strerror}'}") from fault
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        _check_owner(path, status, owners)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            raise ModelRefused(f"{path} is no plain file of at most {_MOST_BYTES} bytes")
        return file.read(_MOST_BYTES)


def _check_owner(path: Path, status: os.stat_result, owners: Owners) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise ModelRefused(f"{path} is a symbolic link, a plain folder is needed")
    if status.st_mode & stat.S_IWOTH:
        raise ModelRefused(f"{path} can be written by everybody: take that right away (chmod o-w)")
    if owners is not None and status.st_uid not in owners:
        raise ModelRefused(f"{path} belongs to user {status.st_uid}, not to this program's user or the administrator")


def _check_bytes(stored: bytes, described: manifest.Manifest) -> None:
    if len(stored) != described.size:
        raise ModelRefused(f"{ARRAYS} has {len(stored)} bytes, the manifest says {described.size}")
    found = hashlib.sha256(stored).hexdigest()
    if found != described.sha256:
        raise ModelRefused(f"{ARRAYS} has the SHA-256 {found}, the manifest says {described.sha256:.64}")
    if not _is_plain(stored):
        raise ModelRefused(f"{ARRAYS} is no joblib file of plain arrays as this version of joblib writes them")


def _is_plain(stored: bytes) -> bool:
    """Whether all bytes but the numbers are those that joblib writes here. Nothing is unpickled to find out.

    Two dumps that differ in every byte of every number show which bytes are numbers. The second byte of a pickle
    is its protocol, 4 or 5 by the version of Python.
    """
    zeros, ones = (np.frombuffer(_dumped(_plain(fill)), np.uint8) for fill in (0x00, 0xFF))
    if len(stored) != len(zeros) or stored[1] not in (4, 5):
        return False
    fixed = zeros == ones
    fixed[1] = False
    return bool((np.frombuffer(stored, np.uint8) == zeros)[fixed].all())


def _check_numbers(arrays: Arrays) -> None:
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ModelRefused(f"{ARRAYS} holds numbers in {name} that are infinite or none")
