"""What is proposed for an address, and the few lines of mapping file that it makes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from bridge.meaning.text import clean, fold
from bridge.recognise.look import Look
from bridge.record import NOASSERTION

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_ESCAPED = re.compile(r"[\x00-\x1f\x7f\"\\]")
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
# Parts of an address that tell nothing about whose it is.
_HOLLOW = frozenset(
    {
        "www",
        "api",
        "wp-json",
        "wp",
        "v1",
        "v2",
        "v3",
        "index",
        "rss",
        "rss2",
        "atom",
        "feed",
        "flux",
        "oai",
        "oai-pmh",
        "oai2",
    }
    | {"request", "entries", "forms", "items", "data", "public", "fr"}
)


class Proposal(NamedTuple):
    """A source as it was recognised, for a person to accept.

    Attributes:
        id: proposed identifier, ``[a-z0-9-]``, at most 40 characters.
        kind: name of the reader.
        url: the address that the reader starts from.
        home: the address that was given.
        options: ``[source] options``.
        title: what the site calls itself or the list.
        licence: SPDX code where the site says so in a machine's words, else ``NOASSERTION``.
        why: French sentences: what was seen, what was chosen, what else there was.
        extends: preset, or empty.
        fields: ours -> theirs, where no preset gives them; the first that is not empty wins.
        ignore: their keys that must not be read.
        others: other doors of the same site: what they are, and the address that leads to them.
    """

    id: str
    kind: str
    url: str
    options: Mapping[str, Any] = {}
    title: str = ""
    licence: str = NOASSERTION
    why: tuple[str, ...] = ()
    extends: str = ""
    fields: Mapping[str, Sequence[str]] = {}
    ignore: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    home: str = ""


def proposed_id(url: str) -> str:
    """A short name from host and path: ``https://www.mon-asso.fr/wiki/?PagePrincipale`` -> ``mon-asso-wiki``."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    name, _, suffix = host.rpartition(".")
    if name and not suffix.isdigit() and ":" not in suffix:
        host = name
    segments = [fold(segment) for segment in unquote(parts.path).split("/")]
    if "." in segments[-1]:
        segments[-1] = segments[-1].rpartition(".")[0]
    words = [word for part in (fold(host), *segments) if part not in _HOLLOW for word in _NOT_IN_ID.split(part)]
    out = "-".join(word for word in words if word and word not in _HOLLOW) or "source"
    return out if len(out) <= 40 else out[:41].rpartition("-")[0] or out[:40]


def propose(look: Look, kind: str, url: str, *, title: str = "", **more: Any) -> Proposal:
    """A proposal with what the look itself tells: a title when there is none better, the licence, an id."""
    title = clean(title) or look.title or (urlsplit(url).hostname or "")
    return Proposal(proposed_id(url), kind, url, title=title[:200], licence=look.licence, **more)


def proposal_toml(proposal: Proposal, fields: Mapping[str, str | Sequence[str]] | None = None) -> str:
    """The text of ``mappings/<id>.toml``: valid TOML 1.0, only what the preset does not say.

    Args:
        fields: ``[fields]`` instead of the proposal's own.
    """
    chosen = proposal.fields if fields is None else fields
    source: dict[str, Any] = {
        "id": proposal.id,
        "partner": proposal.id,
        "title": clean(proposal.title),
        "kind": proposal.kind,
        "url": proposal.url,
        "home": proposal.home if proposal.home != proposal.url else "",
        "licence": proposal.licence,
        "options": dict(proposal.options),
        "ignore": list(proposal.ignore),
    }
    lines = [f"extends = {_value(proposal.extends)}", ""] if proposal.extends else []
    lines += ["[source]", *_pairs({key: value for key, value in source.items() if value})]
    if chosen:
        shown = {ours: theirs if isinstance(theirs, str) else list(theirs) for ours, theirs in chosen.items()}
        lines += ["", "[fields]"]
        lines += _pairs({o: t[0] if isinstance(t, list) and len(t) == 1 else t for o, t in shown.items()})
    return "\n".join([*lines, ""])


def _pairs(table: Mapping[str, Any]) -> list[str]:
    width = max(len(_key(key)) for key in table)
    return [f"{_key(key):<{width}} = {_value(value)}" for key, value in table.items()]


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(str(key))} = {_value(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return _string(str(value))


def _string(text: str) -> str:
    # A lone surrogate, which JSON may hold, is no character of TOML.
    text = text.encode("utf-8", "replace").decode()
    return '"' + _ESCAPED.sub(lambda m: _ESCAPES.get(m[0], f"\\u{ord(m[0]):04x}"), text) + '"'
