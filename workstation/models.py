"""Imports every model, so that migrations and tests see the whole schema at once."""

from importlib import import_module
from pathlib import Path

for file in sorted(Path(__file__).parent.glob("*/models.py")):
    import_module(f"workstation.{file.parent.name}.models")
