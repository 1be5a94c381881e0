import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.cluster import Cluster  # noqa: E402


@pytest.fixture(scope="session")
def cluster():
    with Cluster() as running:
        yield running


@pytest.fixture
def empty_database(cluster):
    return cluster.empty_database()


@pytest.fixture
def database(cluster):
    return cluster.database()
