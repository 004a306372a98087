"""What an article says, in plain text: for people who compare two of them. Pure."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from bridge.meaning import text

AROUND = 120
"""Characters that are shown before and after a difference."""

# Ends at the next link, so that it stays linear whatever is left open.
_LINK = re.compile(r"""<a\b[^<>]*\bhref=["']([^"'<>]*)["'][^<>]*>((?:[^<]|<(?!/?a\b))*)</a\s*>""", re.I)
_WORDS = re.compile(r"\s*\S+|\s+")


def plain(written: str) -> str:
    """HTML as text, links with their address: ``meaning.text.plain``."""
    return text.plain(_LINK.sub(r"\2 (\1)", written))


def unescaped(written: str) -> str:
    """Text without entities, which some sites write into what they are sent; one line break as another."""
    lines = html.unescape(written).replace("\r\n", "\n").replace("\xa0", " ").split("\n")
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
