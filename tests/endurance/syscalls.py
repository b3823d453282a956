"""Reads a trace of system calls: when requests came, when answers left, when the write-ahead log was made durable."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TRACED = "fsync,fdatasync,sendto,send,write,writev,sendmsg,read,readv,recvfrom,recvmsg"
_CALL = re.compile(r"^(\d+) +([\d:.]+) (?:<\.\.\. )?(\w+)(?:\((.*)| resumed>(.*))$")
_UNFINISHED = "<unfinished ...>"
_SYNCS = {"fsync", "fdatasync"}
_WRITES = {"sendto", "send", "write", "writev", "sendmsg"}
_READS = {"read", "readv", "recvfrom", "recvmsg"}
_FD = re.compile(r"^(\d+)<")


class Call(NamedTuple):
    """A finished system call; `began` and `ended` are positions in the trace."""

    name: str
    arguments: str
    began: int
    ended: int

    @property
    def handle(self) -> int:
        """The file descriptor that the call is about; -1 for one that was not understood."""
        found = _FD.match(self.arguments)
        return int(found[1]) if found else -1


class Write(NamedTuple):
    """A request that changes something, and its answer."""

    received: int
    answered: int
    status: int


def calls(trace: Path) -> list[Call]:
    """All calls that finished, in the order of their ending."""
    return list(_calls(trace.read_text(encoding="utf-8", errors="replace").splitlines()))


def _calls(lines: list[str]) -> Iterator[Call]:
    waiting: dict[tuple[str, str], tuple[str, int]] = {}  # a thread's call that has begun
    for position, line in enumerate(lines):
        found = _CALL.match(line)
        if found is None:
            continue
        thread, _, name, begun, resumed = found.groups()
        if begun is not None and begun.endswith(_UNFINISHED):
            waiting[thread, name] = begun, position
        elif begun is not None:
            yield Call(name, begun, position, position)
        elif (thread, name) in waiting:
            before, began = waiting.pop((thread, name))
            yield Call(name, before.removesuffix(_UNFINISHED) + resumed, began, position)


def syncs(found: list[Call], log: str) -> list[Call]:
    """Completed and successful syncs of the file with this ending."""
    return [c for c in found if c.name in _SYNCS and f"{log}>" in c.arguments and c.arguments.endswith("= 0")]


def writes(found: list[Call]) -> list[Write]:
    """Each POST, PATCH and DELETE with its answer: the next one on its connection."""
    under_way: dict[int, int] = {}
    done = []
    for call in found:
        if call.name in _READS and re.search(r'"(?:POST|PATCH|DELETE) /', call.arguments):
            assert call.handle not in under_way, "a connection's requests must not overlap in this trace"
            under_way[call.handle] = call.ended
        elif call.name in _WRITES and call.handle in under_way:
            answer = re.search(r'"HTTP/1\.1 (\d{3})', call.arguments)
            if answer:
                done.append(Write(under_way.pop(call.handle), call.began, int(answer[1])))
    return done
