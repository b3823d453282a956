"""Starts the processes that train, each by itself, so that nobody waits for them and they can be killed.

What a training does, its process writes into the database. How it ended by force, and that it waits for its turn, is
written here.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import service
from service.domain.errors import StorageUnavailable
from service.domain.training import Training
from service.storage import trainings
from service.storage.database import Database, Outdated

_AT_ONCE = 2  # processes, of some 150 MB each, however many sites are due
_TELL_S = 5.0  # while it waits: who does not speak for long is taken for dead
_PATIENCE_S = 3.0
_WAITING = "waiting for the trainings of other sites"
_UNTOUCHED = "The model in service and all labels are untouched."
_STOPPED = f"The service was stopped meanwhile. {_UNTOUCHED} Train again."


class Trainer:
    """Watches over the processes that it started. Without an environment it starts none: whoever begins, trains."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment
        self._watching: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_AT_ONCE)

    def start(self, db: Database, training: Training, now_ms: Callable[[], int]) -> None:
        """Starts the process of a training that has begun as soon as there is a place, and does not wait for it."""
        if self._environment is None:
            return
        task = asyncio.get_running_loop().create_task(self._watch(db, training, now_ms))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def stop(self) -> None:
        """Ends the processes that are under way, and says so in the database."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def _watch(self, db: Database, training: Training, now_ms: Callable[[], int]) -> None:
        reason = _STOPPED
        try:
            if not await self._take_place(db, training, now_ms):
                return
            try:
                reason = await self._run(training)
            finally:
                self._places.release()
        except OSError as fault:
            reason = f"Its process could not be started: {fault.strerror}. {_UNTOUCHED}"
        finally:
            # Nothing is written where it has ended by itself and said how.
            with suppress(StorageUnavailable):
                await asyncio.shield(db.write([trainings.failing(training.id, reason, now_ms())]))

    async def _take_place(self, db: Database, training: Training, now_ms: Callable[[], int]) -> bool:
        """Waits for its turn, and says meanwhile that it lives. False where somebody has given it up."""
        while True:
            try:
                async with asyncio.timeout(_TELL_S):
                    return await self._places.acquire()
            except TimeoutError:
                try:
                    await db.write([trainings.reporting(training.id, _WAITING, 0.0, 0, now_ms())])
                except Outdated:
                    return False
                except StorageUnavailable:
                    continue

    async def _run(self, training: Training) -> str:
        """Runs the process to its end; says how it ended, in case that it did not itself."""
        # Of the folder that we stand in nothing is loaded (-P): somebody else's `service` may lie there.
        command = ("-P", "-m", "service", "retrain", "--site", training.site_id, "--training", training.id)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            env=_with_our_code(self._environment or {}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # what is typed at our terminal is not for it
        )
        try:
            _, said = await process.communicate()
        except asyncio.CancelledError:
            await _end(process)
            raise
        return _words(process.returncode or 0, said)


def _with_our_code(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Python finds the package that runs here, wherever it was loaded from."""
    ours = str(Path(service.__file__).resolve().parent.parent)
    paths = [ours, *filter(None, [environment.get("PYTHONPATH")])]
    return {**environment, "PYTHONPATH": os.pathsep.join(paths)}


async def _end(process: asyncio.subprocess.Process) -> None:
    for end in (process.terminate, process.kill):
        with suppress(ProcessLookupError):
            end()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await process.wait()
                return


def _words(status: int, said: bytes) -> str:
    """How a process ended, in a sentence. What an exception says may be a comment's text, which is not ours to keep."""
    if status < 0:
        return f"Its process was ended by {signal.Signals(-status).name}. {_UNTOUCHED}"
    last = said.decode(errors="replace").strip().rpartition("\n")[2][:300]
    if b"Traceback (most recent call last)" in said:
        last = last.partition(":")[0]
    return f"Its process ended with status {status} ({last}). {_UNTOUCHED}"
