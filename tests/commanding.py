"""Commands as processes of their own that are quick to start: forked from one that has loaded the program already.

`python -m service` itself is started by the tests of `serve`, of `--help` and of the wheel.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from service.__main__ import COMMANDS, main, module_of

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload([module_of(name) for name in COMMANDS])

Done = subprocess.CompletedProcess[str]


def own_environment(**settings: str) -> dict[str, str]:
    """The environment of this process with these settings of Greenroom's and no others."""
    return {k: v for k, v in os.environ.items() if not k.startswith("GREENROOM_")} | settings


def greenroom(*arguments: str, environment: dict[str, str], given: str = "") -> Done:
    """Runs a command to its end, with `given` on its standard input; its exit code and all that it printed."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("0", given), ("1", ""), ("2", "")):
            Path(folder, name).write_text(content)
        process = _FORKING.Process(target=_command, args=(arguments, environment, folder), daemon=True)
        process.start()
        process.join(60)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(["greenroom", *arguments], 60)
        told = [Path(folder, name).read_text() for name in ("1", "2")]
    return Done(["greenroom", *arguments], process.exitcode, *told)


def _command(arguments: tuple[str, ...], environment: dict[str, str], folder: str) -> None:
    """In the forked process: becomes the command."""
    os.environ.clear()
    os.environ.update(environment)
    for number in (0, 1, 2):
        handle = os.open(Path(folder, str(number)), os.O_RDWR)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = os.fdopen(0)  # multiprocessing has put an empty one in its place
    main(list(arguments), prog_name="greenroom")
