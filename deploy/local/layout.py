"""Where things are: the checkout, the state of one stack, the cache that tools/setup fills."""

import hashlib
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def state_directory():
    return pathlib.Path(os.environ.get("KT_STACK_DIR", ROOT / ".stack")).resolve()


def cached(name, recipe):
    """The folder that tools/lib/cache.sh made of a recipe."""
    base = os.environ.get("KT_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "keeptrusts-webhooks")
    mark = hashlib.sha256((ROOT / recipe).read_bytes()).hexdigest()[:12]
    folder = pathlib.Path(base) / f"{name}-{mark}"
    if not (folder / ".complete").exists():
        raise SystemExit(f"{name} is not in the cache: run tools/setup")
    return folder


def binaries(preset):
    return ROOT / "build" / preset / "bin"
