"""What an article says, in plain text: for people who compare two of them. Pure."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

AROUND = 120
"""Characters that are shown before and after a difference."""

_UNSEEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.I)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/blockquote|/tr)\b[^>]*>", re.I)
_LINK = re.compile(r"""<a\b[^>]*\bhref=["']([^"']*)["'][^>]*>(.*?)</a\s*>""", re.DOTALL | re.I)
_WORDS = re.compile(r"\s*\S+|\s+")
_TAG = re.compile(r"</?[a-z][^>]*>", re.I)


def plain(text: str) -> str:
    """HTML as text: links with their address, lines where there were paragraphs."""
    seen = _LINK.sub(r"\2 (\1)", _UNSEEN.sub("", text))
    return unescaped(_TAG.sub("", _BREAK.sub("\n", seen)))


def unescaped(text: str) -> str:
    """Text without entities, which some sites write into what they are sent; one line break as another."""
    lines = html.unescape(text).replace("\r\n", "\n").replace("\xa0", " ").split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()


class Apart(NamedTuple):
    """Two texts, as what they have in common around what they do not; what is far from any difference left out."""

    before: str
    there: str
    ours: str
    after: str


def apart(there: str, ours: str) -> Apart:
    """Where two texts differ, between whole words."""
    old, new = _WORDS.findall(there), _WORDS.findall(ours)
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    tail = next((n for n in range(most - head) if old[-1 - n] != new[-1 - n]), most - head)
    before, after = "".join(old[:head]), "".join(old[len(old) - tail :])
    if len(before) > AROUND:
        before = "…" + before[-AROUND:]
    if len(after) > AROUND:
        after = after[:AROUND] + "…"
    return Apart(before, "".join(old[head : len(old) - tail]), "".join(new[head : len(new) - tail]), after)
