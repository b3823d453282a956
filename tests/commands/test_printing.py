"""The console: a reader who is behind, or gone, never stops the service."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from service.commands.printing import print_or_wait
from service.outbox.transport import ServerDown


@contextmanager
def piped() -> Iterator[int]:
    """Standard output is a pipe; this is the end that is read."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as stdout, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", stdout)
        yield reading


def test_what_is_printed_arrives() -> None:
    with piped() as reading:
        print_or_wait("A letter to ada@blog.example: grüße " + "x" * 9_000)
        told = os.read(reading, 20_000).decode()
        os.close(reading)
    assert told.startswith("A letter to ada@blog.example: grüße x")
    assert told.endswith("x\n")


def test_a_reader_who_is_behind_makes_letters_wait() -> None:
    with piped() as reading:
        with pytest.raises(ServerDown):
            print_or_wait("x" * 1_000_000)
        os.read(reading, 65_536)
        print_or_wait("and goes on")
        assert os.read(reading, 65_536).decode().endswith("and goes on\n")
        os.close(reading)


def test_nobody_reads_any_more() -> None:
    with piped() as reading:
        os.close(reading)
        print_or_wait("into the void")
