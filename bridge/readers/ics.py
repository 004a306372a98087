"""iCalendar (RFC 5545, with the properties of RFC 7986): the events, tasks and notes of a calendar.

Options: ``complete`` (the calendar lists all that the source has: what leaves it is gone). Without it absence means
nothing: most calendars only show what is to come.

``data`` of an item: ``kind`` (``event``, ``todo``, ``journal``), ``title``, ``description``, ``html``, ``location``,
``url``, ``categories`` (list), ``status``, ``start``, ``end`` (ISO 8601: a day, or a time with its ``Z`` or as clocks
show it there; the end is included), ``period`` (``start/end``), ``recurrence`` (French words), ``lat``, ``lon``
(degrees WGS84), ``image``, ``attachments`` (list of ``url``, ``type``, ``title``), ``created``, ``updated``,
``language``. A key without value is left out. A series is one item. People (attendees, organisers, contacts) are never
taken, nor what is marked private.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bridge.errors import ReadError
from bridge.readers import decode, listing
from bridge.readers.ics_time import Moment, end_of, moment, recurrence
from bridge.record import Item, Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()

_MAX_LINES = 2_000_000
_KINDS = {"VEVENT": "event", "VTODO": "todo", "VJOURNAL": "journal"}
_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]")
_FOLDED_BYTES = re.compile(rb"\r?\n[ \t]")
_LINE = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"(?:[\w-]+\.)?([\w-]+)(?=[;:])")
_PARAMETER = re.compile(r';([\w-]+)=("[^"]*"|[^";:]*)')
_ESCAPE = re.compile(r"\\(.)", re.S)
_COMMA = re.compile(r"((?:[^,\\]|\\.)*+)(?:,|\Z)", re.S)
_GEO = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,20})?)\s*\\?[;,]\s*(-?\d{1,3}(?:\.\d{1,20})?)\s*")


class Property(NamedTuple):
    """A content line: its value as written, its parameters by upper case name."""

    value: str
    parameters: Mapping[str, str]


Component = dict[str, list[Property]]


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The calendar itself; ``webcal:`` is how some sites write ``https:``."""
    return Request(re.sub(r"\Awebcals?://", "https://", url, flags=re.I))


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The items of a calendar. ``whole`` only when the options say so.

    Raises:
        ReadError: empty, a web page, or no calendar.
    """
    # Lines are folded at 75 octets, by some in the middle of a character.
    folded = 0 not in response.body[:4]
    body = _FOLDED_BYTES.sub(b"", response.body) if folded else response.body
    source = decode.text(body, response.charset).lstrip()
    if not source:
        raise ReadError("La réponse est vide : un calendrier était attendu.", "Vérifiez l'adresse du calendrier.")
    decode.refuse_web_page(source)
    if source[:15].upper() != "BEGIN:VCALENDAR":
        raise ReadError("La réponse n'est pas un calendrier iCalendar.", "Vérifiez l'adresse : un .ics est attendu.")
    decode.refuse_swarm(source, ("\n", "\r"), _MAX_LINES)
    problems: list[Problem] = []
    components, ended = _components(_FOLD.sub("", source))
    if not ended:
        problems.append(Problem("Le calendrier semble coupé : son dernier élément n'est pas pris, rien n'est retiré."))
    items = _series(components, problems)
    return listing.page(response, items, problems, whole=bool(options.get("complete")) and ended)


def calendar_name(text: str) -> str:
    """What a calendar calls itself (RFC 7986 NAME, or X-WR-CALNAME), for who recognises it; empty when it does not."""
    for line in _LINE.split(_FOLD.sub("", text)[:100_000]):
        if (found := _property(line)) and found[0] in ("NAME", "X-WR-CALNAME"):
            return _unescape(found[1].value)
        if line[:12].upper() == "BEGIN:VEVENT":
            break
    return ""


def _components(source: str) -> tuple[list[tuple[str, Component]], bool]:
    """(kind, properties) of what calendars hold, alarms and time zones left out; and whether the last one is closed."""
    found: list[tuple[str, Component]] = []
    depth = 0  # of components around the line: 1 in a calendar, 2 in an event, more in its alarms
    kind = ""
    held: Component = {}
    for line in _LINE.split(source):
        start, end = line[:6].upper() == "BEGIN:", line[:4].upper() == "END:"
        if start:
            depth += 1
            if depth == 2:
                kind, held = _KINDS.get(line[6:].strip().upper(), ""), {}
        elif end:
            if depth == 2 and kind:
                found.append((kind, held))
            kind = kind if depth > 2 else ""
            depth -= 1
        elif depth == 2 and kind and (said := _property(line)):
            held.setdefault(said[0], []).append(said[1])
    return found, depth <= 0


def _property(line: str) -> tuple[str, Property] | None:
    name = _NAME.match(line)
    if name is None:
        return None
    at = name.end()
    parameters: dict[str, str] = {}
    while found := _PARAMETER.match(line, at):
        at = found.end()
        parameters.setdefault(found[1].upper(), found[2].strip('"'))
    # A parameter that breaks the rules (a bare quote, say) costs its own sense, not the line.
    at = line.find(":", at)
    return (name[1].upper(), Property(line[at + 1 :], parameters)) if at >= 0 else None


def _unescape(value: str) -> str:
    """RFC 5545, § 3.3.11."""
    return _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value).strip()


def _series(components: list[tuple[str, Component]], problems: list[Problem]) -> Iterator[Item]:
    """An item for each UID: occurrences that were changed (RECURRENCE-ID) belong to their series."""
    series: dict[str, list[tuple[str, Component]]] = {}
    for number, (kind, held) in enumerate(components):
        name = listing.local_id(_text(held, "UID"))
        series.setdefault(name or f"\0{number}", []).append((kind, held))
    private = 0
    for key, members in series.items():
        # A note and an event under one UID, or the same event twice, are told by listing.page.
        masters = [each for each in members if "RECURRENCE-ID" not in each[1]] or members[:1]
        for kind, held in masters:
            if _text(held, "CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
                private += 1
                continue
            name = "" if key.startswith("\0") else key
            data = _data(kind, held)
            yield Item(name, data, data.get("url", ""), deleted=bool(name) and data.get("status") == "CANCELLED")
    if private:
        problems.append(Problem(f"Éléments du calendrier marqués privés, qui ne sont pas lus : {private}."))


def _data(kind: str, held: Component) -> dict[str, Any]:
    begin = _moment(held, "DTSTART")
    end = end_of(begin, _moment(held, "DUE") or _moment(held, "DTEND"), _text(held, "DURATION"))
    first, last = begin.day() if begin else "", end.day(ends=True) if end else ""
    html = next(
        (each for name in ("X-ALT-DESC", "STYLED-DESCRIPTION") for each in held.get(name, ()) if _html(each)), None
    )
    found: dict[str, Any] = {
        "kind": kind,
        "title": _text(held, "SUMMARY"),
        "description": "\n\n".join(filter(None, (_unescape(each.value) for each in held.get("DESCRIPTION", ())))),
        "html": _unescape(html.value) if html else "",
        "location": _text(held, "LOCATION"),
        "url": _address(held, "URL"),
        "categories": list(dict.fromkeys(name for each in held.get("CATEGORIES", ()) for name in _list(each.value))),
        "status": _text(held, "STATUS").upper(),
        "start": begin.text if begin else "",
        "end": end.text if end else "",
        "period": f"{first}/{last}" if first and last and first < last else first or last,
        "recurrence": recurrence(held["RRULE"][0].value) if "RRULE" in held else "",
        **_place(held),
        **_files(held),
        "created": _stamp(held, "CREATED"),
        "updated": _stamp(held, "LAST-MODIFIED"),
        "language": held["SUMMARY"][0].parameters.get("LANGUAGE", "") if "SUMMARY" in held else "",
    }
    return {key: value for key, value in found.items() if value not in ("", [])}


def _text(held: Component, name: str) -> str:
    return _unescape(held[name][0].value) if name in held else ""


def _list(value: str) -> list[str]:
    """The values between commas that are not escaped."""
    return [text for part in _COMMA.findall(value) if (text := _unescape(part))]


def _moment(held: Component, name: str) -> Moment | None:
    return moment(held[name][0].value, held[name][0].parameters) if name in held else None


def _stamp(held: Component, name: str) -> str:
    found = _moment(held, name)
    return found.text if found else ""


def _html(said: Property) -> bool:
    return said.parameters.get("FMTTYPE", "text/html").lower() == "text/html"


def _web(value: str) -> str:
    """A web address, which some escape although it is no text."""
    address = _unescape(value) if "\\" in value else value.strip()
    return address if re.match(r"https?://[^\s/]", address, re.I) else ""


def _address(held: Component, name: str) -> str:
    return next(filter(None, (_web(each.value) for each in held.get(name, ()))), "")


def _place(held: Component) -> dict[str, float]:
    for each in (*held.get("GEO", ()), *held.get("X-APPLE-STRUCTURED-LOCATION", ())):
        if found := _GEO.fullmatch(each.value.removeprefix("geo:")):
            centre = listing.centre([found[2], found[1]])
            if centre and centre != (0, 0):  # nowhere: what a form that was not filled gives
                return {"lat": centre[1], "lon": centre[0]}
    return {}


def _files(held: Component) -> dict[str, Any]:
    """Attached files that have an address; an image among them is the item's when it names none."""
    images = [_address(held, "IMAGE")]
    files = []
    for each in held.get("ATTACH", ()):
        if address := _web(each.value):
            kind = each.parameters.get("FMTTYPE", "").lower()
            if kind.startswith("image/"):
                images.append(address)
            else:
                title = each.parameters.get("FILENAME") or each.parameters.get("X-FILENAME") or ""
                files.append({"url": address, "type": kind, "title": title})
    return {"image": next(filter(None, images), ""), "attachments": files}
