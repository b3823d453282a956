"""Models on disk: a good one loads mapped, and nothing else is loaded or run (case 69 of the abuse list)."""

import hashlib
import io
import json
import os
import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from service.spam import artefact, manifest
from service.spam.artefact import ARRAYS, load_named, load_pinned, load_signed
from service.spam.facts import FACTS, Sample
from service.spam.hashing import TABLE
from service.spam.linear import Linear
from service.spam.manifest import ModelRefused
from service.spam.model import Model

from .conftest import FIELDS

SECRET = b"sixteen bytes at least"


def put(folder: Path, content: bytes) -> None:
    """Put another array file into a model, with a manifest that vouches for it."""
    (folder / ARRAYS).write_bytes(content)
    fields = json.loads((folder / manifest.NAME).read_bytes())
    fields["arrays"].update(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    (folder / manifest.NAME).write_bytes(manifest.encode(fields))


def change(folder: Path, *path: str, to: Any) -> None:
    """Change one field of the manifest."""
    fields = json.loads((folder / manifest.NAME).read_bytes())
    inner = fields
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = to
    (folder / manifest.NAME).write_text(json.dumps(fields))


def refused(folder: Path, *words: str) -> None:
    with pytest.raises(ModelRefused) as caught:
        load_named(folder)
    for word in words:
        assert word in str(caught.value)


class Evil:
    """Unpickling it writes a canary."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.canary, "ran")


def test_a_good_model_comes_back_as_it_was(saved: Path, weights: Linear) -> None:
    model = load_named(saved)
    before = Model("test-1", weights, 0.5, 0.9)
    samples = [Sample("buy now http://x.example"), Sample(""), Sample("Dank dir, sehr hilfreich!")]
    assert model.score(samples) == before.score(samples)
    assert (model.version, model.hold_at, model.spam_at) == ("test-1", 0.5, 0.9)


def test_a_loaded_model_is_mapped_and_read_only(saved: Path) -> None:
    table = load_named(saved).weights.table
    assert isinstance(table.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 1.0


def test_the_file_is_a_plain_joblib_file(saved: Path, weights: Linear) -> None:
    arrays = joblib.load(saved / ARRAYS)
    assert {name: array.shape for name, array in arrays.items()} == {
        "table": (TABLE,),
        "facts": (len(FACTS),),
        "intercept": (1,),
    }
    assert (arrays["table"] == weights.table).all()


def test_saving_again_replaces_the_whole_folder(saved: Path, weights: Linear) -> None:
    (saved / "stray").touch()
    artefact.save(saved, weights, {**FIELDS, "version": "test-2"}, card="# test")
    assert load_named(saved).version == "test-2"
    assert sorted(path.name for path in saved.iterdir()) == ["CARD.md", manifest.NAME, ARRAYS]
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_a_failed_save_leaves_the_old_model(saved: Path, weights: Linear, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="No space"):
        artefact.save(saved, weights, {**FIELDS, "version": "test-2"})
    assert load_named(saved).version == "test-1"
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_the_pin_must_fit(tmp_path: Path, weights: Linear) -> None:
    pin = artefact.save(tmp_path / "model", weights, FIELDS)
    assert load_pinned(tmp_path / "model", pin).version == "test-1"
    with pytest.raises(ModelRefused, match="released"):
        load_pinned(tmp_path / "model", "0" * 64)


def test_the_signature_must_fit(tmp_path: Path, weights: Linear) -> None:
    folder = tmp_path / "model"
    artefact.save(folder, weights, FIELDS, secret=SECRET)
    assert load_signed(folder, SECRET).version == "test-1"
    with pytest.raises(ModelRefused, match="secret"):
        load_signed(folder, b"another secret altogether")
    change(folder, "thresholds", "hold_at", to=1.0)
    with pytest.raises(ModelRefused, match="secret"):
        load_signed(folder, SECRET)


def test_an_unsigned_model_is_not_taken_for_a_signed_one(saved: Path) -> None:
    with pytest.raises(ModelRefused, match=manifest.SIGNATURE):
        load_signed(saved, SECRET)


def test_a_short_secret_signs_nothing() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        manifest.sign(b"", b"short")


def test_other_weights_are_refused(saved: Path) -> None:
    content = bytearray((saved / ARRAYS).read_bytes())
    content[5000] ^= 1
    (saved / ARRAYS).write_bytes(content)
    refused(saved, "SHA-256")


def test_a_cut_file_is_refused(saved: Path) -> None:
    content = (saved / ARRAYS).read_bytes()
    (saved / ARRAYS).write_bytes(content[:-100])
    refused(saved, "bytes")
    put(saved, content[:-100])
    refused(saved, "plain arrays")


def test_an_evil_pickle_is_refused_and_does_not_run(saved: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    put(saved, pickle.dumps(Evil(canary)))
    refused(saved, "plain arrays")
    assert not canary.exists()


def test_an_evil_pickle_of_the_right_size_does_not_run(saved: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    size = len((saved / ARRAYS).read_bytes())
    put(saved, pickle.dumps(Evil(canary)).ljust(size, b"\0"))
    refused(saved, "plain arrays")
    assert not canary.exists()


def test_evil_beside_true_arrays_does_not_run(saved: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    buffer = io.BytesIO()
    joblib.dump({**joblib.load(saved / ARRAYS), "more": Evil(canary)}, buffer)
    put(saved, buffer.getvalue())
    refused(saved, "plain arrays")
    assert not canary.exists()


@pytest.mark.parametrize("place", [1, 40, 200, -1])
def test_any_other_byte_outside_the_numbers_is_refused(saved: Path, place: int) -> None:
    content = bytearray((saved / ARRAYS).read_bytes())
    content[place] ^= 0xFF
    put(saved, bytes(content))
    refused(saved, "plain arrays")


def test_the_other_pickle_protocol_is_read(saved: Path) -> None:
    content = bytearray((saved / ARRAYS).read_bytes())
    content[1] = 9 - content[1]  # 4 or 5, by the version of Python that saved it
    put(saved, bytes(content))
    assert load_named(saved).version == "test-1"


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused(tmp_path: Path, weights: Linear, number: float) -> None:
    table = weights.table.copy()
    table[12] = number
    artefact.save(tmp_path / "model", weights._replace(table=table), FIELDS)
    refused(tmp_path / "model", "table", "infinite")


@pytest.mark.parametrize("name", [ARRAYS, manifest.NAME])
def test_links_are_refused(saved: Path, tmp_path: Path, name: str) -> None:
    (saved / name).rename(tmp_path / "elsewhere")
    (saved / name).symlink_to(tmp_path / "elsewhere")
    refused(saved, "symbolic link")


def test_a_linked_folder_is_refused(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(saved)
    refused(tmp_path / "link", "symbolic link")


@pytest.mark.parametrize("name", [ARRAYS, manifest.NAME, "."])
def test_what_everybody_can_write_is_refused(saved: Path, name: str) -> None:
    (saved / name).chmod(0o777)
    refused(saved, "written by everybody", "chmod o-w")


@pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator can give files away")
@pytest.mark.parametrize("name", [ARRAYS, manifest.NAME, "."])
def test_what_belongs_to_another_user_is_refused_unless_pinned(tmp_path: Path, weights: Linear, name: str) -> None:
    pin = artefact.save(tmp_path / "model", weights, FIELDS)
    os.chown(tmp_path / "model" / name, 12345, -1)
    refused(tmp_path / "model", "belongs to user 12345")
    assert load_pinned(tmp_path / "model", pin).version == "test-1"


@pytest.mark.parametrize("name", [ARRAYS, manifest.NAME])
def test_what_is_missing_is_named(saved: Path, name: str) -> None:
    (saved / name).unlink()
    refused(saved, name, "No such file")


def test_a_pipe_does_not_hang_the_reader(saved: Path) -> None:
    (saved / ARRAYS).unlink()
    os.mkfifo(saved / ARRAYS)
    refused(saved, "no plain file")


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        (("features", "version"), 0, "other features"),
        (("features", "table"), 1 << 20, "other features"),
        (("thresholds", "hold_at"), 2, "from 0 to 1"),
        (("thresholds", "hold_at"), "0.5", "finite number"),
        (("calibration", "slope"), float("nan"), "finite number"),
        (("arrays",), None, "manifest"),
        (("version",), "", "short text"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(saved: Path, path: tuple[str, ...], value: object, word: str) -> None:
    change(saved, *path, to=value)
    refused(saved, word)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b"{" + b" " * (1 << 20)])
def test_no_manifest_is_refused(saved: Path, content: bytes) -> None:
    (saved / manifest.NAME).write_bytes(content)
    refused(saved, "manifest")
