"""The clock of the site that answers: where the next walk may start from. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bridge.record import Response

# Sites compare dates of their own local time, at times with a database in another zone, and edits take a while: more
# than a day is asked again. What did not change is recognised by its content.
OVERLAP = timedelta(hours=25)
_BEFORE_ANY_SITE = 1990
_DATE_MAX = 100


def served_at(response: Response) -> str:
    """When the site says that it answered (``Date``, RFC 9110), as an instant; empty when it does not say.

    The site's own clock, not ours, is what it dates its contents with.
    """
    try:
        moment = parsedate_to_datetime(response.headers.get("date", "")[:_DATE_MAX])
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year > _BEFORE_ANY_SITE else ""


def overlapping(since: str) -> str:
    """``since``, an instant, less the overlap."""
    moment = datetime.strptime(since, "%Y-%m-%dT%H:%M:%SZ") - OVERLAP
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
