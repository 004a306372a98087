"""Instants as they are kept everywhere: ``YYYY-MM-DDThh:mm:ssZ``, UTC, to the second; they sort as texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SECOND = timedelta(seconds=1)
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def written(moment: datetime) -> str:
    """A moment of UTC as it is kept."""
    return moment.strftime(_FORM)


def moment(instant: str) -> datetime:
    """The moment that an instant is."""
    return datetime.strptime(instant, _FORM).replace(tzinfo=UTC)


def shifted(instant: str, by: timedelta) -> str:
    """An instant so much later, or earlier."""
    return written(moment(instant) + by)


def from_now(by: timedelta) -> str:
    """The instant that comes after so much time, or that was so long ago."""
    return written(datetime.now(UTC) + by)
