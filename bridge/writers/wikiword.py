"""The names by which a YesWiki knows our records: their pages, their images."""

from __future__ import annotations

import re
from hashlib import blake2b
from urllib.parse import urlsplit

_WORD = re.compile(r"[A-Za-z0-9]+")
_TAG = re.compile(r"Fiche[A-Za-z0-9]{0,38}X[0-9a-f]{16}")
_PICTURE = re.compile(r"\.(jpe?g|png|gif|webp|svg)\Z", re.I)
_IMAGE = re.compile(r"(Fiche\w+?X[0-9a-f]{16})(?:_\w+)?\.[a-z]{3,4}")


def tag(record_id: str) -> str:
    """The name of a record's page: a WikiWord of 60 letters and digits at most, the same for ever.

    It begins with the id, to be readable, and ends with a hash of it (64 bits), so that two never share one. It is made
    from the id alone: to know whose it is, the tags of all ids are made again.
    """
    return f"Fiche{camel(record_id)[:38]}X{blake2b(record_id.encode(), digest_size=8).hexdigest()}"


def is_tag(name: str) -> bool:
    """Whether a page bears such a name."""
    return _TAG.fullmatch(name) is not None


def image(record_id: str, address: str) -> str:
    """The name of a record's image: a wiki looks for it in its ``files/``, in ``cache/`` when it wants it small."""
    found = _PICTURE.search(urlsplit(address).path)
    return f"{tag(record_id)}.{found[1].lower() if found else 'jpg'}"


def image_of(name: str) -> str:
    """The tag of the record whose image a wiki asks by this file name, itself or made smaller; empty for another."""
    found = _IMAGE.fullmatch(name)
    return found[1] if found else ""


def camel(text: str) -> str:
    """The letters and digits of a text, each word beginning with a capital."""
    return "".join(word[0].upper() + word[1:] for word in _WORD.findall(text))
