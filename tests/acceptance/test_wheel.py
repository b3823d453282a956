"""The wheel serves from any folder: it carries model, pages and migrations."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.running import ask, running

ROOT = Path(__file__).parent.parent.parent


def test_an_installed_wheel_serves_from_another_folder(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True
    )
    (wheel,) = tmp_path.glob("greenroom-*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    found = subprocess.run(
        [sys.executable, "-c", "import service; print(service.__file__)"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.startswith(str(tmp_path / "installed"))
    with running(tmp_path / "data", "--demo", PYTHONPATH=str(tmp_path / "installed")) as service:
        assert ask(f"{service.url}/readyz")[1]["model"] == "ready"
        assert ask(f"{service.url}/api/v1/sites/demo/comments?thread=/demo")[0] == 200
