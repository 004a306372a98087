"""What a walk recognises things by: pages, answers and items, by what they say, under names all can bear."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb
from typing import Any

import orjson

from bridge.meaning.text import clean
from bridge.record import Item, Request, Response

ID_MAX = 300
_OF_LISTS = ("link", "x-wp-total", "x-wp-totalpages")
_DOTS = re.compile(r"(?<![^/])\.{1,2}(?![^/])")


def key_of(request: Request) -> str:
    """What names a page of a walk: its address and what the reader carries to it (labels that changed re-read it)."""
    return hashlib.blake2b(_bytes([request.url, request.carry]), digest_size=16).hexdigest()


def hash_of_body(response: Response) -> str:
    """What tells an answer from another: its body, and the headers that say whether a list goes on."""
    digest = hashlib.blake2b(response.body, digest_size=16)
    for name in _OF_LISTS:
        digest.update(response.headers.get(name, "").encode())
    return digest.hexdigest()


def tidied(item: Item) -> Item:
    """The item under an identifier that XML, addresses and people can bear."""
    tidy = tidied_id(item.id)
    return item if tidy == item.id else replace(item, id=tidy)


def tidied_id(name: str) -> str:
    """The identifier that an item of this one is kept under."""
    tidy = name if name.isprintable() and len(name) <= ID_MAX else clean(name)
    if "." in tidy and _DOTS.search(tidy):  # browsers and servers fold « a/../b »
        tidy = _DOTS.sub("~", tidy) + "~" + hashlib.blake2b(tidy.encode(), digest_size=8).hexdigest()
    if len(tidy) > ID_MAX:
        tidy = tidy[: ID_MAX - 17] + "~" + hashlib.blake2b(tidy.encode(), digest_size=8).hexdigest()
    return tidy


def hash_of_item(item: Item) -> bytes:
    """What an item says, whole: the same bytes for the same data."""
    return hashlib.blake2b(_bytes([item.data, item.url, [list(hop) for hop in item.path]]), digest_size=16).digest()


def fault_of(error: Exception) -> str:
    """What went wrong and where in the code, without the error's words: they may quote what a partner wrote."""
    steps = [f"{Path(step.filename).name}:{step.lineno}" for step in extract_tb(error.__traceback__)]
    return f"{type(error).__name__} ({' > '.join(steps[-6:])})"


def _bytes(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a number beyond 64 bits, half a surrogate pair: JSON may hold what orjson refuses
        return json.dumps(value).encode()
