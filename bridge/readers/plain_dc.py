"""Lists of plain ``oai_dc`` records, the shortest way: most of what is harvested, and half the cost of a tree.

Only end tags and texts are looked at. A page where anything else matters (deleted records, languages, provenance,
another format, CDATA, comments, whatever is malformed) is left to the reader that builds a tree; both agree on the rest.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

_OAI = "http://www.openarchives.org/OAI/2.0/}"
_DC = "http://purl.org/dc/elements/1.1/}"
_DC_NAMES = (
    *("title", "creator", "subject", "description", "publisher", "contributor", "date", "type"),
    *("format", "identifier", "source", "language", "relation", "coverage", "rights"),
)
_FRAME = ("OAI-PMH", "responseDate", "request", "ListRecords", "header", "metadata", "resumptionToken")
_RECORD, _IDENTIFIER, _DATESTAMP, _SET_SPEC = (f"{_OAI}{n}" for n in ("record", "identifier", "datestamp", "setSpec"))
# Expat name -> key in ``data``, empty for what only frames the records.
_KEYS = {
    **{f"{_DC}{name}": name for name in _DC_NAMES},
    **{name: name for name in (_RECORD, _IDENTIFIER, _DATESTAMP, _SET_SPEC)},
    **{f"{_OAI}{name}": "" for name in _FRAME},
    "http://www.openarchives.org/OAI/2.0/oai_dc/}dc": "",
}
_ELSEWHERE = (b"<!", b"status=", b"xml:lang", b"about>", b"xsi:type")


def records(body: bytes) -> tuple[list[dict[str, Any]], bytes] | None:
    """The ``data`` of each record, and the document without them; None when a tree is needed."""
    first, last = body.find(b"<record>"), body.rfind(b"</record>")
    if first < 0 or last < first or any(mark in body for mark in _ELSEWHERE):
        return None
    names: dict[str, str] = {}
    parser = expat.ParserCreate("utf-8", namespace_separator="}", intern=names)
    parser.buffer_text = True
    parser.buffer_size = len(body)  # so that no text comes in two pieces
    parts: list[str] = []
    parser.EndElementHandler = parser.CharacterDataHandler = parts.append
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        return None
    if not names.keys() <= _KEYS.keys():
        return None
    # Names are the very objects that expat interned: a text can look like one, it is never the same object.
    keys = {id(name): _KEYS[name] for name in names.values()}
    return _grouped(parts, keys), body[:first] + body[last + len(b"</record>") :]


def _grouped(parts: list[str], keys: dict[int, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    data: dict[str, Any] = {}
    text = ""
    key_of = keys.get
    for part in parts:
        key = key_of(id(part))
        if key is None:
            text = part
        elif key == _RECORD:
            data["header"] = {
                "identifier": data.pop(_IDENTIFIER, [""])[0],
                "datestamp": data.pop(_DATESTAMP, [""])[0],
                "setSpec": data.pop(_SET_SPEC, []),
            }
            found.append(data)
            data, text = {}, ""
        else:
            if key and text and (text := text.strip()):
                if key in data:
                    data[key].append(text)
                else:
                    data[key] = [text]
            text = ""
    return found
