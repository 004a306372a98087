"""Fixtures of the tests against real programs: each is started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real import yeswiki
from tests.real.wordpress import WordPress, wordpress
from tests.real.yeswiki import YesWiki


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what drives a running YesWiki where the environment describes none: no registry has it to install."""
    if not (yeswiki.described("A") and yeswiki.described("B")):
        left = [item for item in items if item.get_closest_marker("yeswiki")]
        if left:
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if not item.get_closest_marker("yeswiki")]


@pytest.fixture(scope="module")
def wiki_a() -> Iterator[YesWiki]:
    with yeswiki.running("A") as wiki:
        yield wiki


@pytest.fixture(scope="module")
def wiki_b() -> Iterator[YesWiki]:
    with yeswiki.running("B") as wiki:
        yield wiki


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """A WordPress with content; tests of one module may change it for the next ones."""
    with wordpress(tmp_path_factory.mktemp("wordpress")) as running:
        yield running


@pytest.fixture(scope="module")
def plugin_site(plugin_zips: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """A WordPress with content and our plugin, installed from its zip and activated; nothing is chosen in it yet."""
    with wordpress(tmp_path_factory.mktemp("wordpress"), (plugin_zips["wordpress"],)) as running:
        yield running
