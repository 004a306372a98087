"""French punctuation in web pages: what goes with a word never starts, or ends, a line of its own."""

from __future__ import annotations

import re

from markupsafe import Markup

_MARK = re.compile(r" (?:(?<=« )|(?=[:;!?»%€](?![^\s.,;)…])))")


class Verbatim:
    """A text that is not prose, already safe for the page, and left to the letter."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __html__(self) -> str:
        return self._text


def typeset(value: object) -> object:
    """A text with its spaces before « : ; ! ? » % € made unbreakable; anything else as it is.

    The spaces are the only change, so that a search in the page, or a copy, finds the words of the source.
    """
    if not isinstance(value, str) or " " not in value:
        return value
    tied = _MARK.sub("\N{NO-BREAK SPACE}", value)
    return Markup(tied) if isinstance(value, Markup) else tied
