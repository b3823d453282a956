"""A SQLite file is served by one process: whoever comes second waits a while for the first to end.

A lock on a file beside it (flock), which ends with its process, however that ends.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.domain.errors import StorageUnavailable
from service.storage.engines import is_postgres

_WAIT_S = 10.0  # a process that is asked to end has this long for what it has accepted


@contextmanager
def served_alone(where: str, wait_s: float = _WAIT_S) -> Iterator[None]:
    """Holds the file against other serving processes. Raises StorageUnavailable. Servers have many clients anyway."""
    if is_postgres(where):
        yield
        return
    path = Path(f"{where}-serving")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        path.chmod(0o600)
        _lock(file.fileno(), where, time.monotonic() + wait_s)
        yield


def _lock(handle: int, where: str, until: float) -> None:
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise StorageUnavailable(
                    f"another greenroom serve has {where}, and a SQLite file is served by one process. Stop the other,"
                    " or name a PostgreSQL database (postgresql://...), which several can serve."
                ) from None
            time.sleep(0.05)
