"""The model that comes with Greenroom: where it lies, and the hash of the manifest that this code was released with.

After training another one, `greenroom train` prints the line to put here.
"""

from pathlib import Path

import service

SHIPPED_MANIFEST_SHA256 = "6b3f9ee24cc85d3ce79eacecb4435b0031d47f829e9956a92fa7e2c48c55d3e4"


def shipped_folder() -> Path:
    """The folder of the shipped model: inside the package when installed, beside it in a source tree."""
    package = Path(service.__file__).parent
    for models in (package / "models", package.parent / "models"):
        if (models / "shipped" / "manifest.json").is_file():
            return models / "shipped"
    return package / "models" / "shipped"
