"""What one visit of a source did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bridge.record import Problem


@dataclass(slots=True)
class Summary:
    """What one visit of a source did.

    Attributes:
        absent: missing and waiting for a second look.
        held_back: missing in such numbers that a person decides.
        echo: copies of records that are here already, met for the first time.
        rekeyed: found again under another identifier.
        tombstones: withdrawn because the source says that they are gone.
        walks: how many there were, see ``again``.
        again: what was learnt asks for another walk at once, whole.
        events: ``(created | changed | absent | withdrawn | held_back | echo | rekeyed, record id)``, in the order it
            happened.
    """

    source: str
    complete: bool = False
    seen: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    absent: int = 0
    withdrawn: int = 0
    held_back: int = 0
    echo: int = 0
    rekeyed: int = 0
    tombstones: int = 0
    problems: list[Problem] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    again: bool = False
    walks: int = 1

    def note(self, event: str, ids: Sequence[str]) -> None:
        """Something happened to these records."""
        self.events += [(event, record_id) for record_id in ids]
        setattr(self, event, getattr(self, event) + len(ids))

    def resumed(self) -> Summary:
        """The summary of the same visit that walks again: what happened stays, what is counted at its end is anew."""
        return replace(self, seen=0, unchanged=0, absent=0, held_back=0, problems=[], again=False, walks=self.walks + 1)

    def to_json(self) -> dict[str, Any]:
        """All that is told of the visit; how it was made is nobody's business."""
        return {name: value for name, value in asdict(self).items() if name not in ("again", "walks")}
