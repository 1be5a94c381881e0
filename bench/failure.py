# SPDX-License-Identifier: Apache-2.0
"""What stops a benchmark, in words for the person who started it."""


class BenchFailure(Exception):
    pass
