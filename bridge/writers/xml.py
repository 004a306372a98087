"""Text as XML 1.0: escaped, and without the characters that no escape makes legal (one of them ends a harvest)."""

from __future__ import annotations

import re

XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
PV_NAMESPACE = "https://partageons-vert.org/ns/pv/1.0"
"""Of the records' own format. An identifier, not an address: nothing is fetched from it."""

XSI = "http://www.w3.org/2001/XMLSchema-instance"

# A bare CR would come back as LF, and white space inside an attribute as a plain space: references keep them.
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE = {**_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
_ILLEGAL = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_IN_TEXT = re.compile(f"[&<>\r{_ILLEGAL}]")
_IN_ATTRIBUTE = re.compile(f'[&<>"\r\t\n{_ILLEGAL}]')
_NOT_LEGAL = re.compile(f"[{_ILLEGAL}]")


def text(value: str) -> str:
    """``value`` as the content of an element."""
    # isprintable() is one pass in C and false for every illegal character: most texts need nothing else.
    if value.isprintable() and "&" not in value and "<" not in value and ">" not in value:
        return value
    return _IN_TEXT.sub(lambda found: _TEXT.get(found[0], ""), value)


def attribute(value: str) -> str:
    """``value`` as the content of an attribute between double quotes."""
    if value.isprintable() and "&" not in value and "<" not in value and ">" not in value and '"' not in value:
        return value
    return _IN_ATTRIBUTE.sub(lambda found: _ATTRIBUTE.get(found[0], ""), value)


def legal(value: str) -> str:
    """``value`` without the characters that XML 1.0 forbids; for formats that have no escape for them either."""
    return value if value.isprintable() else _NOT_LEGAL.sub("", value)
