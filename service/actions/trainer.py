"""Starts the processes that train, each by itself, so that nobody waits for them and they can be killed.

What a training does, its process writes into the database. How it ended by force, is written here.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from service.domain.errors import StorageUnavailable
from service.domain.training import Training
from service.storage import trainings
from service.storage.database import Database

_PATIENCE_S = 3.0
_STOPPED = "The service was stopped meanwhile; the model in service and all labels are untouched. Train again."


class Trainer:
    """Watches over the processes that it started. Without an environment it starts none: whoever begins, trains."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment
        self._watching: set[asyncio.Task[None]] = set()
        self._stopping = False

    def start(self, db: Database, training: Training, now_ms: Callable[[], int]) -> None:
        """Starts the process of a training that has begun, and does not wait for it."""
        if self._environment is None:
            return
        task = asyncio.get_running_loop().create_task(self._watch(db, training, now_ms))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def stop(self) -> None:
        """Ends the processes that are under way, and says so in the database."""
        self._stopping = True
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def _watch(self, db: Database, training: Training, now_ms: Callable[[], int]) -> None:
        reason = _STOPPED
        try:
            reason = await self._run(training)
        finally:
            # Nothing is written where it has ended by itself and said how.
            with suppress(StorageUnavailable):
                await asyncio.shield(db.write([trainings.failing(training.id, reason, now_ms())]))

    async def _run(self, training: Training) -> str:
        """Runs the process to its end; says how it ended, in case that it did not itself."""
        command = ("-m", "service", "retrain", "--site", training.site_id, "--training", training.id)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            env=dict(self._environment or {}),
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


async def _end(process: asyncio.subprocess.Process) -> None:
    for end in (process.terminate, process.kill):
        with suppress(ProcessLookupError):
            end()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await process.wait()
                return


def _words(status: int, said: bytes) -> str:
    """How a process ended, in a sentence."""
    untouched = "The model in service and all labels are untouched."
    if status < 0:
        return f"Its process was ended by {signal.Signals(-status).name}. {untouched}"
    last = said.decode(errors="replace").strip().rpartition("\n")[2][:300]
    return f"Its process ended with status {status} ({last}). {untouched}"
