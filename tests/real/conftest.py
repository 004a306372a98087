"""Fixtures of the tests against real programs: each is started once for all tests."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.wordpress import WordPress, wordpress
from tests.terminal import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """A WordPress with content; tests of one module may change it for the next ones."""
    with wordpress(tmp_path_factory.mktemp("wordpress")) as running:
        yield running


@pytest.fixture(scope="session")
def plugin_zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a partner downloads, built from the clone: the zips of « wordpress » and « php »."""
    made: dict[str, Path] = runpy.run_path(str(ROOT / "scripts" / "plugins.py"))["build"](
        tmp_path_factory.mktemp("dist")
    )
    return made


@pytest.fixture(scope="module")
def plugin_site(plugin_zips: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """A WordPress with content and our plugin, installed from its zip and activated; nothing is chosen in it yet."""
    with wordpress(tmp_path_factory.mktemp("wordpress"), (plugin_zips["wordpress"],)) as running:
        yield running
