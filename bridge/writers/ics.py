"""iCalendar (RFC 5545, with the calendar's properties of RFC 7986): the events whose day is known.

An event is what the vocabulary calls one (a meeting, a training course). The record knows days, no hours: every event
lasts whole days. One that is only « in May 2026 » is left out, and the calendar says so: shown on all the days of the
month it would hide what does happen on each of them, shown on the first it would be wrong.

Withdrawn records are left out as well. They hold no date, which a VEVENT must have, and need no farewell: who
subscribes to a calendar (Nextcloud, Google, Outlook, Apple) takes it whole each time and drops what it no longer holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from urllib.parse import quote

from bridge.record import Entry, Record
from bridge.writers.edtf import bounds
from bridge.writers.feed import Feed, rights
from bridge.writers.stream import encode, live
from bridge.writers.xml import legal

MEDIA_TYPE = "text/calendar; charset=utf-8"
EXTENSION = "ics"
TITLE = "Agenda (iCalendar)"

_LINE = 75  # octets, the end of line not counted (§ 3.1)
_REFRESH = "PT12H"
_SCOPE = {
    "fr": "Les événements dont le jour est connu. Ceux dont on ne sait que le mois ou l’année n’y sont pas.",
    "en": "Events whose day is known. Those of which only the month or the year is known are not here.",
}
_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
_TO_ESCAPE = re.compile(r"[\\;,\n]")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f]")


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A VCALENDAR, one VEVENT an event."""
    return encode(_document(entries, feed))


def _document(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    title = _text(feed.title)
    about = _text("\n".join(filter(None, (feed.description, _SCOPE["en" if feed.language == "en" else "fr"]))))
    yield _lines(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Partageons vert//Agenda//FR",
        f"NAME:{title}",
        f"X-WR-CALNAME:{title}",  # what most programs read instead, as below
        f"DESCRIPTION:{about}",
        f"X-WR-CALDESC:{about}",
        f"LAST-MODIFIED:{_instant(feed.updated)}",
        f"URL:{_address(feed.home)}",
        f"SOURCE;VALUE=URI:{_address(feed.url)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}",
        f"X-PUBLISHED-TTL:{_REFRESH}",
    )
    for entry, record in live(entries):
        first, last = map(_day, bounds(record.period))
        if first and record.type and feed.words.dcmi_type(record.type) == "Event":
            yield _event(entry, record, first, last, feed)
    yield _lines("END:VCALENDAR")


def _day(text: str) -> date | None:
    """The day, or None when it is not one: a month, a year, the 31st of April."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _event(entry: Entry, r: Record, first: date, last: date | None, feed: Feed) -> str:
    words = feed.words
    source = f"Source : {words.source(r.source)} – {rights(r, words)}"
    about = "\n\n".join(filter(None, (r.abstract, source)))
    place = r.place_text or ", ".join(map(words.place, r.territories))
    labels = [words.label(concept, feed.language) for concept in (r.type, *r.themes)]
    return _lines(
        "BEGIN:VEVENT",
        f"UID:{quote(r.id, safe=':')}@{feed.node}",
        f"DTSTAMP:{_instant(entry.datestamp)}",
        f"LAST-MODIFIED:{_instant(entry.datestamp)}",
        f"DTSTART;VALUE=DATE:{_compact(first)}",
        # The day after the last one (§ 3.6.1); an end that is not a day, or comes before, says nothing: one day.
        f"DTEND;VALUE=DATE:{_compact(last + timedelta(1))}" if last and first < last < date.max else "",
        f"SUMMARY:{_text(r.title)}",
        f"DESCRIPTION:{_text(about)}",
        f"URL:{_address(r.url or feed.page(r.id))}",
        f"LOCATION:{_text(place)}" if place else "",
        f"GEO:{r.point.lat:.7f};{r.point.lon:.7f}" if r.point else "",
        f"CATEGORIES:{','.join(map(_text, dict.fromkeys((*labels, *r.keywords))))}",
        "STATUS:CANCELLED" if r.status == "s-abandonne" else "",
        "TRANSP:TRANSPARENT",  # nobody who subscribes is busy on all these days
        "END:VEVENT",
    )


def _instant(instant: str) -> str:
    """``2026-11-01T10:00:00Z`` -> ``20261101T100000Z``."""
    return instant.replace("-", "").replace(":", "")


def _compact(day: date) -> str:
    return day.isoformat().replace("-", "")


def _text(value: str) -> str:
    """A TEXT value (§ 3.3.11), without the control characters it may not hold."""
    return _TO_ESCAPE.sub(lambda found: _ESCAPES[found[0]], _NO_TEXT.sub("", legal(value.replace("\r\n", "\n"))))


def _address(url: str) -> str:
    """A URI value: never escaped, hence never with a white space, which would end its line."""
    return _NO_ADDRESS.sub("", legal(url))


def _lines(*lines: str) -> str:
    """Content lines, those without text left out."""
    return "".join(_fold(line) for line in lines if line)


def _fold(line: str) -> str:
    """The line in pieces of at most 75 octets, cut between characters."""
    if len(line) * 4 <= _LINE or len(line.encode()) <= _LINE:
        return f"{line}\r\n"
    folded: list[str] = []
    start, length = 0, 0
    for at, character in enumerate(line):
        size = len(character.encode())
        if length + size > _LINE:
            folded.append(line[start:at])
            start, length = at, 1  # the space that leads the next piece
        length += size
    return "\r\n ".join((*folded, f"{line[start:]}\r\n"))
