"""The store's C code against a real PostgreSQL: each program is a group of cmocka tests."""

import os
import subprocess

import pytest

PROGRAMS = os.environ.get("KT_TEST_PROGRAMS", "")


def run(program, database):
    environment = dict(os.environ, KT_TEST_ADDRESS=f"127.0.0.1:{database.cluster.port}/{database.name}")
    result = subprocess.run([os.path.join(PROGRAMS, program)], env=environment, text=True, capture_output=True, timeout=100)
    assert result.returncode == 0, f"{program}\n{result.stdout}\n{result.stderr}"


def test_migrate(empty_database):
    run("test_store_migrate", empty_database)


@pytest.mark.parametrize("noun", ["pool", "snapshot", "token_table"])
def test_store(database, noun):
    run(f"test_store_{noun}", database)
