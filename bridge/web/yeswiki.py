"""``/pour/<target>/?…``: the questions that one YesWiki asks another, answered for a target.

The part of the query before the first ``&`` names what is asked (``api/forms/1/entries``), as in a YesWiki. Nobody is
recognised: the data are public, and who logs in gets a cookie that means nothing, because the ``importer`` extension
asks for one before it goes on.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, unquote_plus

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.exceptions import Gone
from werkzeug.wrappers import Response as AnyResponse

from bridge.collective import EVERYTHING
from bridge.instants import from_now
from bridge.record import Entry, Record
from bridge.store.search import Query
from bridge.web.current import absolute, collective, document, to
from bridge.writers import wikiword, yeswiki
from bridge.writers.feed import Feed
from bridge.writers.stream import to_json

if TYPE_CHECKING:
    from bridge.meaning.target import Target
    from bridge.store import Snapshot
    from bridge.store.members import Member, Members

# A wiki that has not looked for deletions for a day does so before it asks for changes: it would take again what it
# has just forgotten, had it no younger change to begin at.
# A commit stamped a second ago may not be visible yet: a wiki asks again from the newest date that it was given.
SETTLED = timedelta(seconds=2)
TOLD = timedelta(days=1)
_BATCH = 500
# The page of an entry is made to be shown inside a partner's: unlike all others, any site may frame it.
_FRAMED = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *"
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d))?.*")


class _Asked(NamedTuple):
    """A question: the target it is asked of, the parts of the path that tell what, the parameters."""

    target: Target
    parts: tuple[str, ...]
    parameters: Mapping[str, str]


def respond(target: Target) -> AnyResponse:
    """The answer to the request being handled.

    Raises:
        NotFound, Gone: a page that no YesWiki has, or of a resource that was withdrawn.
    """
    path, _, parameters = request.query_string.decode("utf-8", "replace").partition("&")
    path = unquote(path.removeprefix("wiki=")).strip("=/")
    if request.method == "POST":
        return _login() if path == "api/login" else abort(405)
    pairs = (pair.partition("=") for pair in parameters.split("&"))
    given = {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}
    for pattern, answer in _ANSWERS.items():
        if found := re.fullmatch(pattern, path):
            return answer(_Asked(target, found.groups(default=""), given))
    abort(404)


def image(target: Target, name: str) -> AnyResponse:
    """Where the image is that a wiki looks for in our ``files/`` or ``cache/``: at its source.

    Raises:
        NotFound, Gone: there is none, or its resource was withdrawn.
    """
    _, record = _resource(_Asked(target, (wikiword.image_of(name),), {}))
    return _shared_to(record.image.url) if record.image else abort(404)


def _login() -> Response:
    response = _json({"success": True})
    response.set_cookie(
        "YesWiki-main", "public", path=request.script_root + request.path, httponly=True, samesite="Lax"
    )
    return response


def _forms(asked: _Asked) -> Response:
    """Every form: there is one."""
    return _json({str(asked.target.form): _form(asked.target)})


def _one_form(asked: _Asked) -> Response:
    (number,) = asked.parts
    if number != str(asked.target.form):
        return _shared(Response("", 404))
    return _json(_form(asked.target))


def _form_entries(asked: _Asked) -> Response:
    number, output, names = asked.parts
    if number != str(asked.target.form):
        return _json({})
    return _entries(asked._replace(parts=(output, names)))


def _entries(asked: _Asked) -> Response:
    """The entries, or those of ``names``, that fulfil ``query``; with ``dateMin``, those that changed or left since."""
    output, names = asked.parts
    if output not in ("", "json"):
        abort(404)
    target, given = asked.target, asked.parameters
    conditions = yeswiki.conditions(html.unescape(given.get("query", "")))  # sent as HTML by wikis
    wanted = tuple(filter(None, given.get("fields", "").split(",")))
    since = _instant(given.get("dateMin", ""))
    settled = from_now(-SETTLED)
    with ExitStack() as stack:
        snapshot = stack.enter_context(collective.store.snapshot())
        members = collective.members(snapshot, collective.query_of(target))
        found = _named(snapshot, members, names) if names else _changed(snapshot, members, since)
        pieces = yeswiki.entries(found, _feed(target), target.form, yeswiki.Asked(conditions, wanted, settled))
        response = Response(pieces, content_type=yeswiki.MEDIA_TYPE)
        response.call_on_close(stack.pop_all().close)
    # Dated two seconds ago what is younger: true for this answer only.
    lasting = not members.page(1, (settled, "\uffff"))
    return _shared(response) if lasting else _shared(response, "no-cache")


def _handler(asked: _Asked) -> Response:
    """The older way: ``?Page/json&demand=…``."""
    form, given = str(asked.target.form), asked.parameters
    number = given.get("id") or given.get("form", "")
    match given.get("demand"):
        case "forms":
            return _json([_form(asked.target)] if number in ("", form) else [])
        case "lists":
            found = yeswiki.lists(_form(asked.target))
            return _json(found.get(given["list"], {}) if given.get("list") else found)
        case "entries":
            return _entries(asked._replace(parts=("", ""))) if number in ("", form) else _json({})
        case "entry":
            return _entries(asked._replace(parts=("", given.get("id_fiche", "") or "-")))
    abort(404)


def _page(asked: _Asked) -> Response:
    """The wiki page of a list, as importers read it; no other has a text to give."""
    (name,) = asked.parts
    found = yeswiki.lists(_form(asked.target)).get(name)
    if found is None:
        return _shared(Response("{}", 404, content_type=yeswiki.MEDIA_TYPE))
    return _json({"tag": name, "body": to_json({key: found[key] for key in ("title", "nodes")})})


def _rss(asked: _Asked) -> AnyResponse:
    return _to(url_for("feeds.target_feed", id=asked.target.id, extension="rss"))


def _tagged(asked: _Asked) -> AnyResponse:
    """The resources that have a keyword: the showcase's search."""
    return _to(to("showcase.resources", q=asked.parameters.get("tags", "")))


def _source(asked: _Asked) -> AnyResponse:
    """The entry's own page is that of its source; ours where it has none."""
    entry, record = _resource(asked)
    return _to(record.url or to("showcase.resource", id=entry.id), 303)


def _framed(asked: _Asked) -> AnyResponse:
    """What dynamic lists open in a window of theirs: a summary and a link, for the source may refuse to be framed."""
    try:
        entry, record = _resource(asked)
    except Gone:
        page, status = render_template("framed.html"), 410
    else:
        words = collective.words_of(asked.target)
        page, status = render_template("framed.html", entry=entry, record=record, words=words), 200
    return _shared(Response(page, status, {"Content-Security-Policy": _FRAMED}))


def _resource(asked: _Asked) -> tuple[Entry, Record]:
    """The record of a tag: one of the target's, else one that was.

    Raises:
        NotFound: no record ever had it.
        Gone: it was withdrawn.
    """
    (name,) = asked.parts
    with collective.store.snapshot() as snapshot:
        for query in (collective.query_of(asked.target), Query(sort="recent", facets=False)):
            if member := _tags(collective.members(snapshot, query)).get(name):
                entry = snapshot.entry(member.id)
                if entry is None or entry.record is None:
                    abort(410)
                return entry, entry.record
    abort(404)


@lru_cache(4)  # members are the same object until the next commit
def _tags(members: Members) -> dict[str, Member]:
    return {wikiword.tag(member.id): member for member in members.page(EVERYTHING)}


_TAG = r"(Fiche\w+X[0-9a-f]{16})"
_ANSWERS: dict[str, Callable[[_Asked], AnyResponse]] = {
    r"api/forms": _forms,
    r"api/forms/([^/]+)": _one_form,
    r"api/forms/([^/]+)/entries(?:/([^/]+)(?:/(.+))?)?": _form_entries,
    r"api/entries(?:/([^/]+)(?:/(.+))?)?": _entries,
    r"api/pages/([^/]+)": _page,
    r"[^/]+/json": _handler,
    r"[^/]+/rss": _rss,
    r"[^/]+/listpages": _tagged,
    rf"{_TAG}/iframe": _framed,
    _TAG: _source,
}


def _form(target: Target) -> dict[str, Any]:
    with collective.store.snapshot() as snapshot:
        members = collective.members(snapshot, collective.query_of(target))
    return _form_of(members, target.id, target.version)


@lru_cache(4)  # an importer asks for it a dozen times, a list at a time, with a cookie that no page is kept for
def _form_of(members: Members, id: str, version: str) -> dict[str, Any]:
    target = collective.targets[id]
    with collective.store.snapshot() as snapshot:
        return yeswiki.form(_changed(snapshot, members, ""), _feed(target), target.form)


def _feed(target: Target) -> Feed:
    title = f"{collective.settings.name} pour {target.title}"
    return document(title, absolute(to("targets.target", "fr", id=target.id)), target)


def _named(snapshot: Snapshot, members: Members, names: str) -> list[Entry]:
    """The live members of these tags."""
    found = (_tags(members).get(name) for name in names.split(","))
    return snapshot.entries([member.id for member in found if member and not member.gone])


def _changed(snapshot: Snapshot, members: Members, since: str) -> Iterator[Entry]:
    """The live members; when there is an instant, those that changed since, and those that have just gone."""
    told = from_now(-TOLD) if since else ""
    after: tuple[str, str] | None = None
    while rows := members.page(_BATCH, after, since):
        for gone, group in groupby(rows, key=lambda row: row.gone):
            if not gone:
                yield from snapshot.entries([row.id for row in group])
            elif since:
                yield from (Entry(row.id, row.datestamp, "withdrawn") for row in group if row.datestamp > told)
        after = rows[-1].datestamp, rows[-1].id


def _instant(date: str) -> str:
    """``dateMin`` as an instant; empty when it is none."""
    found = _DATE.fullmatch(date)
    return f"{found[1]}T{found[2] or '00:00:00'}Z" if found else ""


def _json(value: Any) -> Response:
    """Nothing before the first bracket, not even a line: wikis cut what comes before the first « { »."""
    return _shared(Response(to_json(value), content_type=yeswiki.MEDIA_TYPE))


def _shared(response: Response, lasting: str = "public, no-cache") -> Response:
    """Open to scripts of any site."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = lasting
    return response


def _shared_to(address: str) -> AnyResponse:
    response = redirect(address)
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def _to(address: str, status: int = 302) -> AnyResponse:
    return redirect(address if "://" in address else absolute(address), status)
