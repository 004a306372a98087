"""Articles of a WordPress, by its REST API and an application password
(https://developer.wordpress.org/rest-api/reference/posts/).

A new one is a draft unless the target asks otherwise; whether it is published afterwards is the site's affair. It is
found again by its slug, which a stock WordPress keeps, and its last paragraph says whose the resource is. What is
withdrawn becomes a draft again.
"""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Collection
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

import orjson

from bridge.errors import FetchError
from bridge.meaning.target import Push
from bridge.meaning.text import summarise
from bridge.push import JSON, Closed, Refused, Send, ask, said
from bridge.push.copies import Fields, Found, Told
from bridge.push.reading import plain
from bridge.record import Entry, Record
from bridge.writers.feed import Feed
from bridge.writers.xml import legal

_LABELS = {"title": "Titre", "content": "Texte", "excerpt": "Extrait"}
_KEYS = tuple(_LABELS)
_EXCERPT = 300
_ANY = "publish,future,draft,pending,private"
# Of the articles that we are allowed to write, this one is somebody else's now.
_THEIRS = (400, 403, 409, 410, 413, 415, 422)


class WordPress:
    """A WordPress as ``copies.Site``.

    Args:
        push: ``url`` is the site's address, or that of its REST API; ``user``, ``type``, ``status``.
        password: its application password.
        feed: whose words and names are spoken.
    """

    def __init__(self, send: Send, push: Push, password: str, feed: Feed) -> None:
        self._send = send
        self._push = push
        self._feed = feed
        plain = "wp-json" not in push.url and "rest_route=" not in push.url
        self._root = (f"{push.url.rstrip('/')}/wp-json" if plain else push.url.rstrip("/")) + f"/wp/v2/{push.type}"
        basic = b64encode(f"{push.user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {basic}", "Content-Type": JSON}

    def keys(self) -> Collection[str]:
        return _KEYS

    def written(self, entry: Entry, record: Record) -> Fields:
        abstract = _html(legal(summarise(record.abstract, _EXCERPT)))
        return {"title": _html(legal(record.title)), "content": self._content(record), "excerpt": abstract}

    def told(self, key: str, value: Any) -> Told:
        return Told(_LABELS[key], plain(str(value or "")))

    def name(self, id: str) -> str:
        return ""

    def find(self, id: str) -> Found | None:
        url = self._url("", f"slug={slug(id)}&status={_ANY}&context=edit")
        try:
            found = said(ask(self._send, "GET", url, headers=self._headers, closed=(401, 403, 404, 407)))
        except Refused as error:  # who is not known there has no right to ask for drafts
            raise Closed(
                f"Ce WordPress ne reconnaît pas le compte « {self._push.user} », ou ne le laisse pas écrire.",
                "Vérifiez user, le mot de passe d'application (page « Profil » du site) et son rôle (éditeur).",
            ) from error
        return _found(found[0]) if isinstance(found, list) and found else None

    def read(self, remote: str) -> Found | None:
        try:
            url = self._url(f"/{quote(remote, safe='')}", "context=edit")
            post = said(ask(self._send, "GET", url, headers=self._headers, closed=(401, 407), refused=_THEIRS))
        except FetchError as error:
            if error.status == 404:
                return None
            raise
        return None if isinstance(post, dict) and post.get("status") == "trash" else _found(post)

    def write(self, id: str, there: Found | None, fields: Fields, back: bool) -> Found:
        values: dict[str, Any] = dict(fields)
        if there:
            values |= {"status": self._push.status} if back else {}
            return self._post(f"/{quote(there.remote, safe='')}", values)
        # A site that declares this field for its REST API keeps it; another takes no notice.
        meta = {"partageons_origine": f"{self._feed.home} {id}"}
        return self._post("", {**values, "slug": slug(id), "status": self._push.status, "meta": meta})

    def withdraw(self, remote: str) -> Found | None:
        return self._post(f"/{quote(remote, safe='')}", {"status": "draft"})

    def _post(self, path: str, values: dict[str, Any]) -> Found:
        closed, refused = ((401, 407), _THEIRS) if path else ((401, 403, 404, 407), (400, 409, 410, 413, 415, 422))
        url = self._url(path, "context=edit")
        response = ask(self._send, "POST", url, orjson.dumps(values), self._headers, closed=closed, refused=refused)
        return _found(said(response))

    def _url(self, path: str, query: str) -> str:
        return f"{self._root}{path}{'&' if '?' in self._root else '?'}{query}"

    def _content(self, r: Record) -> str:
        """The text, else the abstract; then where it comes from and what may be done with it."""
        lines = (line.strip() for line in legal(r.abstract).splitlines())
        body = legal(r.content).replace("[", "&#091;") or "\n".join(f"<p>{_html(line)}</p>" for line in lines if line)
        words, page = self._feed.words, self._feed.page(r.id)
        licence, address = words.licence(r.licence)
        parts = (
            _link(r.url or page, words.source(r.source)),
            _link(address, licence) if address else _html(licence),
            _html(legal(r.attribution)),
            _link(page, "fiche du réseau"),
        )
        source = f'<p class="partageons-origine">Source : {" – ".join(filter(None, parts))}</p>'
        return f"{body}\n{source}" if body else source


def slug(id: str) -> str:
    """What an article is found again by: always the same for a record."""
    return f"partageons-{blake2b(id.encode(), digest_size=8).hexdigest()}"


def address(url: str, remote: str) -> str:
    """The page of an article, at the site of a ``Push.url``."""
    site = url.partition("?")[0].partition("wp-json")[0].rstrip("/")
    return f"{site}/?p={quote(remote, safe='')}"


def _found(post: Any) -> Found:
    """An article as who may edit it sees it.

    Raises:
        Refused: it is none, or not ours to edit.
    """
    try:
        return Found(str(post["id"]), {key: post[key]["raw"] for key in _KEYS})
    except (KeyError, TypeError) as error:
        raise Refused(
            "Ce WordPress ne montre pas au pont le texte de son article.",
            "Le compte donné doit pouvoir modifier ces articles (rôle éditeur), et leur sorte être ouverte à l'API.",
        ) from error


def _html(text: str) -> str:
    """Text as HTML that WordPress keeps as it is; what would begin a shortcode does not."""
    return html.escape(text, quote=False).replace("[", "&#091;")


def _link(url: str, label: str) -> str:
    return f'<a href="{_html(url).replace(chr(34), "%22")}">{_html(legal(label))}</a>'
