"""What UNIMARC and MARC 21 share: fields as tables, ISO 2709 and MARCXML, and the limits that no library reads past.

A format says which fields a record has (``Format.draft``); this module cleans, cuts and writes them. Writing is short
and faster than through a library; pymarc and yaz, which have no part in it, judge it in the tests.
Standards: ISO 2709:2008 (a field of 9,999 bytes at most, a record of 99,999) and MARCXML, the Library of Congress's
``MARC21slim.xsd`` 1.2, for both formats: Koha's stylesheets and OAI-PMH harvester match its namespace even in UNIMARC.
Its schema accepts ``4500`` alone at the end of a leader; UNIMARC does not use the last ``0``, and Koha writes it too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

from bridge.record import Entry, Record
from bridge.writers.feed import Feed, Words
from bridge.writers.stream import encode
from bridge.writers.xml import XML_DECLARATION, XSI, legal
from bridge.writers.xml import text as xml_text

NAMESPACE = "http://www.loc.gov/MARC21/slim"
SCHEMA = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"

_NAMESPACES = f' xmlns="{NAMESPACE}" xmlns:xsi="{XSI}" xsi:schemaLocation="{NAMESPACE} {SCHEMA}"'
_FIELD_BYTES = 9_999
_RECORD_BYTES = 99_999
_LEADER_BYTES, _ENTRY_BYTES = 24, 12
# C1 controls are no text either: two of them are UNIMARC's marks around what is not sorted. U+0085 is white space.
_CONTROLS = re.compile("[\x7f-\x84\x86-\x9f]")


class Field(NamedTuple):
    """A field as a format means it: nothing is clean yet, and what turns out empty is left out.

    ``needs`` are the codes of which one at least must hold something; a control field (00X) has one text, no code.
    ``coded`` texts are columns: kept to the character.
    """

    tag: str
    indicators: str
    subfields: tuple[tuple[str, str], ...]
    needs: str = "au"
    coded: bool = False


def control(tag: str, value: str) -> Field:
    """A control field (00X)."""
    return Field(tag, "", (("", value),), "", True)


def coded(tag: str, value: str) -> Field:
    """A data field whose ``$a`` is made of columns."""
    return Field(tag, "  ", (("a", value),), coded=True)


class Here(NamedTuple):
    """What the bridge adds in a document of its own; a fragment for OAI-PMH has it in its header."""

    node: str
    page: str
    datestamp: str

    @property
    def instant(self) -> str:
        """The datestamp as field 005 wants it: ``20261101100000.0``."""
        return re.sub(r"\D", "", self.datestamp) + ".0"


class Notice(NamedTuple):
    """A record of a library. The lengths in ``leader`` are zeros: only ISO 2709 needs them."""

    leader: str
    fields: list[Field]


class Format(NamedTuple):
    """UNIMARC or MARC 21: how a record is drafted in a language, and the leader of a withdrawn one."""

    draft: Callable[[Record, Words, str, Here | None], Notice]
    withdrawn: str


# Writing


def iso2709(format: Format, entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """The records one after the other, nothing between; a withdrawn one has status ``d`` and its identifier alone."""
    return encode(map(_exchange, _notices(format, entries, feed)))


def marcxml(format: Format, entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """The same records in one ``collection``, one a line."""
    return encode(_collection(_notices(format, entries, feed)))


def fragment(format: Format, record: Record, words: Words) -> str:
    """One ``record`` element with its own namespaces, without XML declaration."""
    return _element(_fitted(format.draft(record, words, "fr", None)), _NAMESPACES)


def _notices(format: Format, entries: Iterable[Entry], feed: Feed) -> Iterator[Notice]:
    for entry in entries:
        if entry.record is None:
            yield _fitted(Notice(format.withdrawn, [control("001", entry.id)]))
        else:
            here = Here(feed.node, feed.page(entry.id), entry.datestamp)
            yield _fitted(format.draft(entry.record, feed.words, feed.language, here))


def _exchange(notice: Notice) -> str:
    """The record in ISO 2709: leader, directory, fields. Its lengths count bytes."""
    directory, bodies, start = "", "", 0
    for field in notice.fields:
        body = _body(field)
        length = len(body.encode())
        directory += f"{field.tag}{length:04}{start:05}"
        bodies += body
        start += length
    base = _LEADER_BYTES + len(directory) + 1
    leader = f"{base + start + 1:05}{notice.leader[5:12]}{base:05}{notice.leader[17:]}"
    return f"{leader}{directory}\x1e{bodies}\x1d"


def _body(field: Field) -> str:
    if not field.indicators:
        return f"{field.subfields[0][1]}\x1e"
    return "\x1f".join([field.indicators, *map("".join, field.subfields)]) + "\x1e"


def _collection(notices: Iterable[Notice]) -> Iterator[str]:
    yield f"{XML_DECLARATION}<collection{_NAMESPACES}>\n"
    for notice in notices:
        yield _element(notice) + "\n"
    yield "</collection>\n"


def _element(notice: Notice, namespaces: str = "") -> str:
    return f"<record{namespaces}><leader>{notice.leader}</leader>{''.join(map(_child, notice.fields))}</record>"


def _child(field: Field) -> str:
    if not field.indicators:
        return f'<controlfield tag="{field.tag}">{xml_text(field.subfields[0][1])}</controlfield>'
    subfields = [f'<subfield code="{code}">{xml_text(text)}</subfield>' for code, text in field.subfields]
    indicators = 'ind1="{}" ind2="{}"'.format(*field.indicators)
    return f'<datafield tag="{field.tag}" {indicators}>{"".join(subfields)}</datafield>'


# Cleaning and cutting


def _fitted(notice: Notice) -> Notice:
    """The notice, clean, in the order of tags, with what fits: the first field of each tag, then the second of each…"""
    fields = [field for drafted in notice.fields if (field := _clean(drafted))]
    fields.sort(key=attrgetter("tag"))
    room = _RECORD_BYTES - _LEADER_BYTES - 2  # the ends of the directory and of the record
    sizes = [len(_body(field).encode()) + _ENTRY_BYTES for field in fields]
    if sum(sizes) > room:
        seen: Counter[str] = Counter()
        ranks = []
        for field in fields:
            ranks.append(seen[field.tag])
            seen[field.tag] += 1
        kept = set()
        for place in sorted(range(len(fields)), key=ranks.__getitem__):
            if sizes[place] <= room:
                room -= sizes[place]
                kept.add(place)
        fields = [field for place, field in enumerate(fields) if place in kept]
    return notice._replace(fields=fields)


def _clean(drafted: Field) -> Field | None:
    """The field, clean and no longer than ISO 2709 allows, or None when it says nothing."""
    clean = legal if drafted.coded else _line
    subfields = [(code, value) for code, text in drafted.subfields if (value := clean(text))]
    if sum([len(value) * 4 + 2 for _, value in subfields]) > _FIELD_BYTES - 3:
        subfields = list(_shortened(subfields))
    for code, _ in subfields:
        if code in drafted.needs:
            return Field(drafted.tag, drafted.indicators, tuple(subfields))
    return None


def _shortened(subfields: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What fits of the subfields of one field, beside its indicators and its end."""
    room = _FIELD_BYTES - 3
    for code, text in subfields:
        room -= 2
        # A piece of an address leads nowhere.
        value = "" if code == "u" and len(text.encode()) > room else _cut(text, room)
        room -= len(value.encode())
        if value:
            yield code, value


def _line(text: str) -> str:
    """``text`` on one line, without a character that ISO 2709 or XML gives a meaning or forbids."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_CONTROLS.sub("", legal(text)).split())


def _cut(text: str, room: int) -> str:
    """``text`` in ``room`` bytes of UTF-8 at most, cut at a word and marked so."""
    if len(text.encode()) <= room:
        return text
    whole = text.encode()[: max(room - 3, 0)].decode(errors="ignore")
    kept = (whole.rpartition(" ")[0] or whole).rstrip()
    return f"{kept}…" if kept else ""
