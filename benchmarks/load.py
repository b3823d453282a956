"""An honest load: keep-alive connections in a closed loop, every answer's status and length checked, all of it timed.

The requests are ready bytes and the answers are hardly looked at, so that the load costs less than any server.
"""

import asyncio
import gc
import time
from array import array
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, cast

from benchmarks.processes import Server

NextRequest = Callable[[], bytes]
_WARM_UP = 0.15  # of the time measured
_LENGTH = b"\r\nContent-Length: "
_END = b"\r\n\r\n"
_BODILESS = (204, 304)
_TAIL_S = 30.0


class Measured(NamedTuple):
    """What one run found. `statuses` counts every answer, those of the warm-up too; the rest is without it."""

    statuses: Counter[int]
    rate: float  # answers a second
    cpu_us: float  # processor time of the server for each answer
    server_share: float  # of its core that the server used
    load_share: float  # of its core that this process used
    p50_ms: float
    p95_ms: float
    p99_ms: float


class Run:
    """What the connections of one run share."""

    def __init__(self, next_request: NextRequest) -> None:
        self.next_request = next_request
        self.statuses: Counter[int] = Counter()
        self.latencies = array("d")
        self.sending = True
        self.broken = 0


class _Connection(asyncio.Protocol):
    """One connection: the next request leaves when the answer to the last is complete."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._head = b""
        self._missing = 0
        self._sent_at = 0.0
        self.idle = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's does not inherit from it
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.idle.is_set():
            self._run.broken += 1
            self.idle.set()

    def send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._run.next_request())

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._begin(self._head + data)
        if self._missing == 0 and not self._head:
            self._answered()
        elif self._missing < 0:
            self._transport.abort()  # more than was announced: counted as broken

    def _begin(self, data: bytes) -> None:
        """The head of an answer: its status, and how much of it is still to come."""
        end = data.find(_END)
        if end < 0:
            self._head = data
            return
        self._head = b""
        status = int(data[9:12])
        self._run.statuses[status] += 1
        start = data.find(_LENGTH, 0, end)
        length = 0 if start < 0 or status in _BODILESS else int(data[start + 18 : start + 28].partition(b"\r")[0])
        self._missing = end + 4 + length - len(data)

    def _answered(self) -> None:
        run = self._run
        run.latencies.append(time.perf_counter() - self._sent_at)
        if run.sending:
            self.send()
        else:
            self.idle.set()
            self._transport.close()


async def put_load_on(server: Server, next_request: NextRequest, connections: int, seconds: float) -> Measured:
    """So many connections for so long, after a warm-up; returns when the last answer is there."""
    loop, run = asyncio.get_running_loop(), Run(next_request)
    opened = [
        await loop.create_connection(lambda: _Connection(run), server.host, server.port) for _ in range(connections)
    ]
    await asyncio.sleep(seconds * _WARM_UP)
    run.latencies = array("d")
    with _collection_paused():
        clock = _Clock(server)
        await asyncio.sleep(seconds)
        run.sending = False
        await asyncio.wait_for(asyncio.gather(*[protocol.idle.wait() for _, protocol in opened]), _TAIL_S)
        measured = clock.stop(run)
    if run.broken:
        raise RuntimeError(f"{run.broken} connections were lost or sent more than they announced")
    return measured


class _Clock:
    """Times a run: its own length, the server's processor time, ours."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._cpu, self._own, self._began = server.cpu_seconds(), time.process_time(), time.perf_counter()

    def stop(self, run: Run) -> Measured:
        elapsed = time.perf_counter() - self._began
        cpu, own = self._server.cpu_seconds() - self._cpu, time.process_time() - self._own
        latencies = sorted(run.latencies)
        answers = len(latencies)
        p50, p95, p99 = (latencies[int(answers * share)] * 1000 for share in (0.50, 0.95, 0.99))
        return Measured(
            run.statuses, answers / elapsed, cpu / answers * 1e6, cpu / elapsed, own / elapsed, p50, p95, p99
        )


class _collection_paused:  # noqa: N801 - reads as a statement
    """Our own garbage collection would show up in the server's latencies."""

    def __enter__(self) -> None:
        gc.collect()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        gc.enable()
