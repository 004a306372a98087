"""The first records of a source, as a reader will see them: what ``partageons add`` shows; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.errors import BridgeError
from bridge.harvest import Fetch, answer
from bridge.meaning.mapping import Mapped, apply
from bridge.meaning.source import Source
from bridge.readers import READERS
from bridge.record import Problem


@dataclass(frozen=True, slots=True)
class Sample:
    """A few items of a source as a reader will see them; nothing of it is kept."""

    mapped: Sequence[Mapped]
    problems: Sequence[Problem]
    unplaced: frozenset[str]


def sample(source: Source, fetch: Fetch, wanted: int = 3, pages_max: int = 10) -> Sample:
    """The first records of a source.

    Raises:
        BridgeError: the source cannot be fetched or read.
    """
    reader = READERS[source.kind]
    waiting = [reader.start(source.url, source.options)]
    mapped: list[Mapped] = []
    problems: list[Problem] = []
    unplaced: set[str] = set()
    for _ in range(pages_max):
        if not waiting or len(mapped) >= wanted:
            break
        # One page of an item shows more than another page of the list.
        request = next((each for each in waiting if each.single), waiting[0])
        waiting.remove(request)
        try:
            page = reader.read(answer(fetch, request, reader, None), source.options)
        except BridgeError as error:
            if not request.single:
                raise
            problems.append(Problem(f"{request.url} : {error}"))
            continue
        waiting += page.next
        problems += page.problems
        for item in page.items:
            if len(mapped) < wanted and not item.deleted:
                one = apply(source, item)
                mapped += [one] if one.record else []
                problems += one.problems
                unplaced |= one.unplaced
    return Sample(mapped, problems, frozenset(unplaced))
