"""What one visit of a source did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bridge.record import Problem


@dataclass(slots=True)
class Summary:
    """What one visit of a source did.

    Attributes:
        absent: missing and waiting for a second look.
        held_back: missing in such numbers that a person decides.
        events: ``(created | changed | absent | withdrawn | held_back, record id)``, in the order it happened.
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
    problems: list[Problem] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)

    def note(self, event: str, ids: Sequence[str]) -> None:
        """Something happened to these records."""
        self.events += [(event, record_id) for record_id in ids]
        setattr(self, event, getattr(self, event) + len(ids))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
