"""Probes of sites that speak a protocol of their own: OAI-PMH, YesWiki, WordPress, RSS and Atom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin

from bridge.meaning.text import clean, fold
from bridge.readers import paging
from bridge.recognise.look import Look
from bridge.recognise.plugin import own_fields
from bridge.recognise.proposal import Proposal, propose
from bridge.recognise.wiki_form import Understood, understood

# OAI-PMH

_OAI_ARGUMENTS = re.compile(r"(?:(?<=\?)|&)(?:verb|metadataPrefix|resumptionToken|identifier|from|until|set)=[^&#]*")


_OAI_NAME = re.compile(r"(?<![a-z])oai(?![a-z])|oai-?pmh")


def oai(look: Look) -> Proposal | None:
    """An OAI-PMH 2.0 base URL, one that a page names, or an address with ``oai`` in it."""
    named = [link.url for link in look.links if "oai-pmh" in fold(link.title) and "alternate" in link.rel]
    if look.root == "oai-pmh":
        base, why = look.url, "l'adresse répond en OAI-PMH"
    elif named:
        base, why = named[0], "la page annonce un flux OAI-PMH"
    elif _OAI_NAME.search(look.url.lower()):
        base, why = look.url, "l'adresse ressemble à celle d'un entrepôt OAI-PMH"
    else:
        return None
    base = _OAI_ARGUMENTS.sub("", base.partition("#")[0]).replace("?&", "?").rstrip("?&")
    said = look if _oai_text(look, "Identify", "repositoryName") else look.ask(_with(base, "verb=Identify"))
    name = _oai_text(said, "Identify", "repositoryName")
    if not name:
        return None
    formats = _oai_text(look.ask(_with(base, "verb=ListMetadataFormats")), "ListMetadataFormats", "metadataPrefix")
    given = paging.query(look.url)
    prefix = next((each for each in (given.get("metadataPrefix"), "pv") if each in formats), "oai_dc")
    options = {"prefix": prefix} | ({"set": given["set"]} if "set" in given else {})
    whys = [f"OAI-PMH : {why}, et l'entrepôt s'appelle « {name[0]} »."]
    if others := [each for each in formats if each != prefix]:
        whys.append(f"Format choisi : {prefix} (autres : {', '.join(others)}).")
    found: dict[str, Any] = {}
    if prefix == "pv":
        found, more = own_fields_of(look.ask(_with(base, _first_page(options))))
        whys += more
    return propose(
        look, "oai", base, title=name[0], options=options, why=tuple(whys), extends=_PRESETS.get(prefix, ""), **found
    )


def _first_page(options: Mapping[str, str]) -> str:
    chosen = f"&set={quote(options['set'], safe='')}" if "set" in options else ""
    return f"verb=ListRecords&metadataPrefix={options['prefix']}{chosen}"


def own_fields_of(look: Look) -> tuple[dict[str, Any], list[str]]:
    """What a proposal says of the site's own fields, from records in ``pv``; and the sentences about them."""
    if look.xml is None:
        return {}, []
    found = own_fields(look.xml, look.memory)
    named = [*found.names[:_NAMED], *(["…"] if len(found.names) > _NAMED else [])]
    whys = [f"Champs du site : {', '.join(named)}."] if named else []
    if found.ignore:
        whys.append(f"Champs de personnes laissés de côté : {', '.join(found.ignore)}.")
    return {"fields": found.fields, "ignore": found.ignore}, whys


_PRESETS = {"pv": "_plugin", "oai_dc": "_oai"}
_NAMED = 30


def _with(base: str, argument: str) -> str:
    return f"{base}{'&' if '?' in base else '?'}{argument}"


def _oai_text(look: Look, verb: str, name: str) -> list[str]:
    if look.root != "oai-pmh" or look.xml is None:
        return []
    return [clean(e.text or "") for part in look.xml if _local(part) == verb for e in part.iter() if _local(e) == name]


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


# YesWiki

_YESWIKI_API = re.compile(r"(.*?/)(?:[\w.]*\?)?/?api/(?:forms|entries)(?:/(\d+))?")
_YESWIKI_SCRIPT = re.compile(r"(.*?/)(?:javascripts/yeswiki[\w.-]*\.js|tools/(?:templates|bazar)/)")
_YESWIKI_PAGE = re.compile(r"[?&](?:id|id_typeannonce|idtypeannonce)=(\d+)(?=&|#|\Z)")
_RESOURCES = re.compile(r"ressource|retour|experience|fiche|initiative|action|projet|outil|guide|document|pratique")
_NO_RESOURCES = re.compile(
    r"annuaire|contact|membre|adherent|structure|acteur|personne|agenda|evenement|actualite|blog"
)


def yeswiki(look: Look) -> Proposal | None:
    """A YesWiki, from its root, any of its pages or an address of its API; one of its forms is chosen."""
    given = _YESWIKI_API.match(look.url)
    roots = [given[1]] if given else [found[1] for s in look.scripts if (found := _YESWIKI_SCRIPT.match(s))]
    if not roots:
        return None
    root, asked = roots[0], (given or _YESWIKI_PAGE.search(look.url))
    form = (asked[asked.re.groups] or "") if asked else ""
    forms = _forms(look) or _forms(look.ask(f"{root}?api/forms"))
    if not forms:
        return None
    labels = {key: clean(str(each.get("bn_label_nature") or "sans nom")) for key, each in forms.items()}
    read = {key: understood(each, look.memory) for key, each in forms.items()}
    chosen = form if form in forms else min(forms, key=lambda key: (*_rank(labels[key], read[key]), len(key), key))
    why = [f"YesWiki : {root}?api/forms donne la liste de ses formulaires."]
    if chosen == form:
        why.append(f"Formulaire {chosen} (« {labels[chosen]} ») : c'est celui de l'adresse donnée.")
    else:
        why.append(f"Formulaire choisi d'après son nom et ses champs : {chosen} (« {labels[chosen]} »).")
    if more := [f"{key} « {label} »" for key, label in labels.items() if key != chosen]:
        why.append(f"Autres formulaires : {', '.join(more)}.")
    if known := [f"« {label} »" for label in read[chosen].labels]:
        why.append(f"Champs reconnus : {', '.join(known)}.")
    if read[chosen].ignore:
        why.append(f"Champs de personnes laissés de côté : {', '.join(read[chosen].ignore)}.")
    wiki = look.title.partition(" : ")[0]  # <title> is "wiki : page"
    return propose(
        look,
        "yeswiki",
        root,
        title=f"{wiki} : {labels[chosen]}" if wiki else labels[chosen],
        options={"form": chosen},
        why=tuple(why),
        extends="_yeswiki",
        fields=read[chosen].fields,
        ignore=read[chosen].ignore,
        others=tuple(
            (f"Formulaire « {label} »", f"{root}?api/forms/{key}") for key, label in labels.items() if key != chosen
        ),
    )


def _rank(label: str, read: Understood) -> tuple[int, int]:
    """The likeliest form of resources has the least: by its name, then by the lists of ours that it fills."""
    return -merit(label), -read.facets


def _forms(look: Look) -> dict[str, Mapping[str, Any]]:
    """The forms in an answer by number; older sites give a list, ``api/forms/5`` gives one form alone."""
    value = look.json
    if isinstance(value, dict) and "bn_id_nature" in value:
        value = [value]
    forms = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(forms, list):
        return {}
    return {str(form["bn_id_nature"]): form for form in forms if isinstance(form, dict) and form.get("bn_id_nature")}


def merit(label: str) -> int:
    folded = fold(label)
    return bool(_RESOURCES.search(folded)) - 2 * bool(_NO_RESOURCES.search(folded))


# WordPress

_WP_API = re.compile(r"(.*?/)(?:index\.php/?)?(wp-json/|\?(?:[^#]*&)?rest_route=/)(?:wp/v2/([\w-]+))?")
_WP_FILES = re.compile(r"(.*?/)wp-(?:content|includes)/")
_WP_INTERNAL = re.compile(
    r"page|attachment|nav_menu_item|product.*|elementor.*|e-.*|wp_.*|wpcf7.*|wpforms.*|nf_.*|jet-.*|et_.*|fl-.*|brizy.*|"
    r"popup|mailpoet.*|amp_.*|astra-.*|ocean.*|acf-.*|tribe_organizer|tribe_venue|custom_css|user_request|forum|topic|reply"
)


def wordpress(look: Look) -> Proposal | None:
    """A WordPress with an open REST API: its public content types, and those that only its sitemap shows."""
    named = [link.url for link in look.links if "https://api.w.org/" in link.rel]
    files = [f"{found[1]}?rest_route=/" for script in look.scripts if (found := _WP_FILES.match(script))]
    door = next((found for url in (look.url, *named, *files) if (found := _WP_API.match(url))), None)
    if door is None:
        return None
    root, path, asked = door.groups()
    query = not path.startswith("wp-json")
    api = f"{root}?rest_route=/" if query else f"{root}wp-json/"
    answer = look.ask(f"{api}wp/v2/types")
    types = _types(answer)
    if not types:
        return None
    chosen = [asked] if asked in types else list(types)
    shown = ", ".join(f"{base} « {types[base]} »" for base in chosen)
    why = [f"WordPress : son API ({api}) est ouverte.", f"Types de contenu proposés : {shown}."]
    hidden = {} if asked in types else _hidden(look, root, answer.json)
    if hidden:
        listed = ", ".join(f"« {name} »" for name in dict.fromkeys(hidden.values()))
        why.append(f"Son plan de site montre aussi ce que son API cache : {listed} ; ces pages web s'ajoutent à part.")
    if len(chosen) > 1:
        why.append("Retirez de « types » ceux qui ne sont pas des ressources.")
    return propose(
        look,
        "wordpress",
        root,
        title=str(look.json.get("name", "")) if isinstance(look.json, dict) else "",
        options={"types": chosen} | ({"rest": "query"} if query else {}),
        why=tuple(why),
        extends="_wordpress",
        others=tuple((f"Pages web « {name} », absentes de l'API", url) for url, name in hidden.items()),
    )


def _types(look: Look) -> dict[str, str]:
    """REST base -> name of the types that may hold resources, those made for this site first."""
    found = look.json if isinstance(look.json, dict) else {}
    types = {
        str(kind["rest_base"]): clean(str(kind.get("name") or slug))
        for slug, kind in found.items()
        if isinstance(kind, dict)
        and kind.get("rest_base")
        and kind.get("rest_namespace", "wp/v2") == "wp/v2"
        and not _WP_INTERNAL.fullmatch(slug)
    }
    return dict(sorted(types.items(), key=lambda pair: pair[0] == "posts"))


_HIDDEN_MAX = 20
_WP_SITEMAP = re.compile(r"/wp-sitemap-posts-([\w-]+)-\d+\.xml$")
# Yoast SEO and Rank Math name the sitemaps of types, taxonomies and authors alike: the usual taxonomies are left out.
_SEO_SITEMAP = re.compile(r"/([\w-]+?)-sitemap\d*\.xml$")
_SEO_OTHERS = re.compile(
    r"(?:.*[_-])?(?:categor(?:y|ies?)|cat|tags?|author|auteur|format|types?|themes?|thematiques?|regions?|departements?|"
    r"local|news|video|image|archives?)|types?[_-].*"
)
_ROBOTS_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.I | re.M)


def _hidden(look: Look, root: str, types: dict[str, Any]) -> dict[str, str]:
    """Sitemap of each type that the REST API does not show -> name of the type.

    The core's sitemap is asked; where there is none, the one that ``robots.txt`` names (an SEO plugin's).
    """
    index = look.ask(f"{root}wp-sitemap.xml")
    if index.root != "sitemapindex":
        robots = look.ask(urljoin(root, "/robots.txt")).text
        named = [paging.same_site(root, url) for url in _ROBOTS_SITEMAP.findall(robots)]
        index = look.ask(next(filter(None, named))) if any(named) else index
    taxonomies = {name for kind in types.values() if isinstance(kind, dict) for name in _texts(kind.get("taxonomies"))}
    hidden: dict[str, str] = {}
    for url in _locations(index, root):
        core, seo = _WP_SITEMAP.search(url), _SEO_SITEMAP.search(url)
        name = core[1] if core else seo[1] if seo and not _SEO_OTHERS.fullmatch(seo[1]) else ""
        if name and name not in types and name not in taxonomies and not _WP_INTERNAL.fullmatch(name):
            hidden[url] = name
    return dict(list(hidden.items())[:_HIDDEN_MAX])


def _locations(index: Look, root: str) -> list[str]:
    """The sitemaps that a sitemap index lists, on its own site."""
    if index.root != "sitemapindex" or index.xml is None:
        return []
    found = (paging.same_site(root, clean(e.text or "")) for e in index.xml.iter() if _local(e) == "loc")
    return [url for url in found if url]


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


# RSS, Atom

_FEED_TYPES = ("application/atom+xml", "application/rss+xml", "application/rdf+xml", "application/feed+json")
_COMMENTS = re.compile(r"comment")


def feed(look: Look) -> Proposal | None:
    """RSS, Atom or JSON Feed: at the address itself, or announced by the page."""
    found, why = look, "l'adresse est celle d'un flux"
    if not is_feed(look):
        named = [
            link
            for link in look.links
            if "alternate" in link.rel
            and link.type in _FEED_TYPES
            and not _COMMENTS.search(fold(f"{link.title} {link.url}"))
        ]
        if not named:
            return None
        found, why = look.ask(named[0].url), "la page annonce un flux"
        if not is_feed(found):
            return None
    return propose(
        look,
        "feed",
        found.url,
        title=_feed_title(found),
        why=(
            f"Flux : {why}.",
            "Un flux ne donne souvent que les dernières publications : une API ou un fichier complet vaut mieux.",
        ),
        extends="_feed",
    )


def is_feed(look: Look) -> bool:
    if isinstance(look.json, dict):
        return str(look.json.get("version", "")).startswith("https://jsonfeed.org/version/")
    return look.root in ("rss", "feed", "rdf")


def _feed_title(look: Look) -> str:
    if isinstance(look.json, dict):
        return str(look.json.get("title", ""))
    parts = [] if look.xml is None else [look.xml, *look.xml]
    return next((e.text or "" for part in parts for e in part if _local(e) == "title"), "")
