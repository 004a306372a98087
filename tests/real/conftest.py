"""Fixtures of the tests against real programs: each is started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.wordpress import WordPress, wordpress


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """A WordPress with content; tests of one module may change it for the next ones."""
    with wordpress(tmp_path_factory.mktemp("wordpress")) as running:
        yield running
