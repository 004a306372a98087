"""A WordPress: the REST API of the core, at ``/wp-json/`` and ``?rest_route=``; lists carry no validators."""

from __future__ import annotations

import html
import json
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bridge.demo.site import PARIS, Answer, Asked, Fiche, Site, State, latest, slugs
from bridge.meaning.text import plain

ROBOTS = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n"

_EXCERPT_WORDS = 55
_HEADERS = {
    "Content-Type": "application/json; charset=UTF-8",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
    "Allow": "GET",
    "Vary": "Origin",
}


def head(site: Site) -> str:
    return (
        f'<link rel="https://api.w.org/" href="{site.base}/wp-json/"><meta name="generator" content="WordPress 6.8.3">'
    )


def page(site: Site, fiche: Fiche) -> str:
    folder = _type(site, fiche)["folder"] or fiche.created.strftime("%Y/%m")
    return f"/{folder}/{fiche.slug}/"


def answer(site: Site, asked: Asked) -> Answer | None:
    arguments = dict(asked.arguments)
    route = asked.path.removeprefix("/wp-json") if asked.path.startswith("/wp-json") else arguments.get("rest_route")
    if route is None:
        return None
    match route.strip("/").split("/"):
        case [""]:
            return _json(
                {
                    "name": site.name,
                    "description": "Ce qui se fait, ce qui se lit, ce qui se prête",
                    "url": site.base,
                    "home": site.base,
                    "gmt_offset": "1",
                    "timezone_string": "Europe/Paris",
                    "namespaces": ["oembed/1.0", "wp/v2"],
                    "routes": {f"/wp/v2/{kind['base']}": {"namespace": "wp/v2"} for kind in site.content["type"]},
                }
            )
        case ["wp", "v2", "types"]:
            return _json({kind["name"]: _described(site, kind) for kind in site.content["type"]})
        case ["wp", "v2", base] if kind := _of_base(site, base):
            return _list(site, kind, arguments)
        case ["wp", "v2", base, number] if kind := _of_base(site, base):
            return _one(site, kind, number)
    return _refusal(404, "rest_no_route", "Aucune route correspondante à l’URL et à la méthode de requête.")


def _json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()
    return Answer(body, status, {**_HEADERS, **(headers or {})})


def _refusal(status: int, code: str, message: str) -> Answer:
    return _json({"code": code, "message": message, "data": {"status": status}}, status)


def _type(site: Site, fiche: Fiche) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(kind for kind in site.content["type"] if kind["name"] == fiche.values["_type"])
    return found


def _of_base(site: Site, base: str) -> Mapping[str, Any] | None:
    return next((kind for kind in site.content["type"] if kind["base"] == base), None)


def _described(site: Site, kind: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": "",
        "hierarchical": False,
        "has_archive": kind["folder"] or False,
        "name": kind["label"],
        "slug": kind["name"],
        "taxonomies": list(kind["taxonomies"]),
        "rest_base": kind["base"],
        "rest_namespace": "wp/v2",
        "_links": {"collection": [{"href": f"{site.base}/wp-json/wp/v2/types"}]},
    }


def _list(site: Site, kind: Mapping[str, Any], arguments: Mapping[str, str]) -> Answer:
    size, number = (
        int(text) if (text := arguments.get(name, default)).isdecimal() else 0
        for name, default in (("per_page", "10"), ("page", "1"))
    )
    if not 1 <= size <= 100 or not number:
        return _refusal(400, "rest_invalid_param", "Paramètre(s) non valide(s) : per_page")
    posts = [f for f in site.fiches(State.PUBLISHED, State.PROTECTED) if f.values["_type"] == kind["name"]]
    if after := arguments.get("modified_after"):
        try:
            moment = datetime.fromisoformat(after)
        except ValueError:
            return _refusal(400, "rest_invalid_param", "Paramètre(s) non valide(s) : modified_after")
        moment = moment if moment.tzinfo else moment.replace(tzinfo=PARIS)
        posts = [f for f in posts if f.modified > moment]
    if arguments.get("orderby") != "id":
        posts = latest(posts)
    elif arguments.get("order") != "asc":
        posts.reverse()
    pages = math.ceil(len(posts) / size)
    if number > max(pages, 1):
        return _refusal(400, "rest_post_invalid_page_number", "Le numéro de page demandé est trop grand.")
    counts = {"X-WP-Total": str(len(posts)), "X-WP-TotalPages": str(pages)}
    if number < pages:
        asked = "&".join(f"{name}={value}" for name, value in {**arguments, "page": str(number + 1)}.items())
        counts["Link"] = f'<{site.base}/wp-json/wp/v2/{kind["base"]}?{asked}>; rel="next"'
    embed = "_embed" in arguments
    shown = [_post(site, kind, fiche, embed) for fiche in posts[(number - 1) * size : number * size]]
    if named := arguments.get("_fields"):
        shown = [_only(post, named.split(",")) for post in shown]
    return _json(shown, headers=counts)


def _only(post: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The keys asked for; ``content.protected`` is that one inside ``content``."""
    chosen: dict[str, Any] = {}
    for name, _, inner in (name.partition(".") for name in names):
        if inner and name in post:
            chosen.setdefault(name, {})[inner] = post[name].get(inner)
        elif name in post:
            chosen[name] = post[name]
    return chosen


def _one(site: Site, kind: Mapping[str, Any], number: str) -> Answer:
    for fiche in site.fiches(*State):
        if str(fiche.number) == number and fiche.values["_type"] == kind["name"]:
            if fiche.state in (State.PUBLISHED, State.PROTECTED):
                return _json(_post(site, kind, fiche, True))
            return _refusal(401, "rest_forbidden", "Sorry, you are not allowed to do that.")
    return _refusal(404, "rest_post_invalid_id", "Identifiant de l&rsquo;article non valide.")


def _post(site: Site, kind: Mapping[str, Any], fiche: Fiche, embed: bool) -> dict[str, Any]:
    values, protected = fiche.values, fiche.state is State.PROTECTED
    text = "" if protected else _texturised(values["content"]) + "\n"
    words = [] if protected else plain(values["content"]).split()
    short = " ".join(words[:_EXCERPT_WORDS]) + (" […]" if len(words) > _EXCERPT_WORDS else "")
    excerpt = f"<p>{_texturised(html.escape(short, quote=False))}</p>\n" if words else ""
    terms = {name: values["terms"].get(name, []) for name in kind["taxonomies"]}
    link = site.url(fiche)
    post: dict[str, Any] = {
        "id": fiche.number,
        "date": _local(fiche.created),
        "date_gmt": _gmt(fiche.created),
        "guid": {"rendered": f"{site.base}/?p={fiche.number}"},
        "modified": _local(fiche.modified),
        "modified_gmt": _gmt(fiche.modified),
        "slug": fiche.slug,
        "status": "publish",
        "type": kind["name"],
        "link": link,
        "title": {"rendered": _texturised(html.escape(values["title"], quote=False))},
        "content": {"rendered": text, "protected": protected},
        "excerpt": {"rendered": excerpt, "protected": protected},
        "author": 1,
        "featured_media": 0,
        "template": "",
        "meta": {**kind.get("meta", {}), **values.get("meta", {}), "footnotes": ""},
        "class_list": [f"post-{fiche.number}", kind["name"], f"type-{kind['name']}", "status-publish", "hentry"],
    }
    for name, base in kind["taxonomies"].items():
        post[base] = [_term_id(term) for term in terms[name]]
    post["_links"] = {"self": [{"href": f"{site.base}/wp-json/wp/v2/{kind['base']}/{fiche.number}"}]}
    if embed:
        groups = [[_term(site, name, term) for term in terms[name]] for name in kind["taxonomies"]]
        post["_embedded"] = {"author": [{"id": 1, "name": "Nadège Fauvel", "slug": "nfauvel"}], "wp:term": groups}
    return post


def _term_id(name: str) -> int:
    return 10 + zlib.crc32(name.encode()) % 100_000


def _term(site: Site, taxonomy: str, name: str) -> dict[str, Any]:
    slug = slugs(name)
    link = f"{site.base}/{taxonomy}/{slug}/"
    shown = html.escape(name, quote=False)
    return {"id": _term_id(name), "link": link, "name": shown, "slug": slug, "taxonomy": taxonomy}


def _texturised(text: str) -> str:
    """What ``wptexturize`` makes of apostrophes and ampersands."""
    return re.sub(r"&(?:amp;|(?!\w+;))", "&#038;", text).replace("'", "&rsquo;")


def _local(instant: datetime) -> str:
    return _gmt(instant.astimezone(PARIS))


def _gmt(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S")
