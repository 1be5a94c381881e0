import os
import pathlib
import sys
import tempfile
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.receiver import Receiver  # noqa: E402
from support.stack import Stack  # noqa: E402

# Part of every secret and payload that must never be seen in a log; test_logs.py looks for it at the end.
CANARY = "c4n4rY" + uuid.uuid4().hex[:8]


@pytest.fixture(scope="session")
def stack():
    """A stack of its own; with KT_STACK_DIR the one that runs there, which stays (for looking at one test closely)."""
    if "KT_STACK_DIR" in os.environ:
        yield Stack(os.environ["KT_STACK_DIR"]).attach()
        return
    with tempfile.TemporaryDirectory(prefix="kt-system-") as directory, Stack(directory) as running:
        yield running


@pytest.fixture(scope="session")
def receiver():
    with Receiver() as running:
        yield running


@pytest.fixture
def path():
    """A path of the receiver that no other test uses."""
    return f"/{uuid.uuid4().hex}"


@pytest.fixture
def webhook(stack, receiver, path):
    """A webhook of its own for the test; make(**fields) → the API's object. Deleted afterwards."""
    made = []

    def make(url=None, **fields):
        made.append(stack.create_webhook(url or receiver.url(path), **fields))
        return made[-1]

    yield make
    for one in made:
        stack.api("DELETE", f"/v1/webhooks/{one['id']}")


@pytest.fixture(scope="session")
def canary():
    return CANARY


def pytest_collection_modifyitems(items):
    """The search of the logs comes last, when there is something in them."""
    items.sort(key=lambda item: item.path.name == "test_logs.py")
