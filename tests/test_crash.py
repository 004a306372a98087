"""A harvest killed (SIGKILL) at random moments: the next one goes on, nothing is doubled, nothing lost.

What is compared is said in ``crashing.state``: everything but the instants of the harvests.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from crashing import Scene, scene

TIMES = 20


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp("crash")) as found:
        yield found


def test_the_undisturbed_day_is_what_it_should_be(day: Scene) -> None:
    statuses = [row[1] for row in day.expected["records"].values()]
    assert (statuses.count("live"), statuses.count("withdrawn")) == (314 + 290, 5 + 10)
    assert not any(absent for *_, absent in day.expected["records"].values())
    assert len(day.expected["oai"]) == 619 and len(day.expected["found"][""]) == 604


def test_a_harvest_killed_at_any_moment_is_taken_up_again(day: Scene) -> None:
    assert {seed: wrong for seed in range(TIMES) if (wrong := day.differs(seed))} == {}
    assert day.halfway > TIMES / 4, "the kills must fall in the midst of harvests to prove anything"
