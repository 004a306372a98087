"""What a YesWiki answers about one Bazar form, so that other wikis show our records natively (``{{bazarliste}}``) or
copy them (the ``importer`` extension): ``?api/forms/{form}``, its entries, its lists.

Values are texts. Dates are ``YYYY-MM-DD hh:mm:ss`` in UTC, which never goes back as a wall clock does in October:
``date_maj_fiche`` is when the record changed *here*, and ``dateMin`` is compared with it.

Wikis split values on commas and put them into their pages as HTML, some as wiki markup: no text of a partner keeps
what begins a tag, an attribute or an action. A code of a list is its label in such characters, so that it can be read
where a wiki shows codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bridge.record import Entry, Record
from bridge.writers.columns import COLUMNS, TITLES, Column, columns, texts
from bridge.writers.feed import Feed
from bridge.writers.stream import encode, json_list, live, to_json
from bridge.writers.wikiword import camel, image, tag

MEDIA_TYPE = "application/json"
WITHDRAWN = "(retirée)"

# The usual names of Bazar fields (mappings/presets/_yeswiki.toml), where the target has none of its own.
_NAMES = {
    "title": "bf_titre",
    "abstract": "bf_description",
    "type": "bf_type",
    "themes": "bf_themes",
    "keywords": "bf_tags",
    "url": "bf_site_internet",
    "documents": "bf_documents",
    "territories": "bf_territoire",
    "place_text": "bf_lieu",
    "scale": "bf_echelle",
    "period_text": "bf_dates",
    "status": "bf_statut",
    "published": "bf_publication",
    "authors": "bf_auteurs",
    "leads": "bf_porteur",
    "actor_types": "bf_acteurs",
    "partners": "bf_partenaires",
    "funders": "bf_financeurs",
    "recognitions": "bf_reconnaissance",
    "budget_text": "bf_budget",
    "habitats": "bf_milieux",
    "audiences": "bf_publics",
    "lessons": "bf_resultats",
    "image": "bf_image",
    "source": "bf_source",
    "licence": "bf_licence",
    "attribution": "bf_attribution",
    "page": "bf_page_reseau",
    "id": "bf_identifiant",
    "datestamp": "bf_date_reseau",
}
# Bazar's types of fields, where it is not a mere text.
_TYPES = {
    **dict.fromkeys(("abstract", "lessons", "documents"), "textelong"),
    **dict.fromkeys(("url", "page"), "lien_internet"),
    **dict.fromkeys(("type", "status", "scale", "source"), "liste"),
    **dict.fromkeys(("themes", "actor_types", "recognitions", "habitats", "audiences", "territories"), "checkbox"),
    "keywords": "tags",
    "image": "image",
}
_PREPARED = {"texte": "text", "lien_internet": "link"}
_LISTED = ("liste", "checkbox")
_CODED = (*_LISTED, "tags")
# What every entry has for the wiki's own use.
_OWN = ("id_fiche", "url", "id_typeannonce", "date_creation_fiche", "date_maj_fiche", "statut_fiche", "html_data")
_PLACE = ("bf_latitude", "bf_longitude", "geolocation")

_SAFE = str.maketrans({"<": "‹", ">": "›", '"': "”"})
_SAFE_IN_CODE = str.maketrans({",": "‚", "'": "’", "&": "et", "|": "/", "=": "-"})
_SAFE_IN_ADDRESS = str.maketrans({"<": "%3C", ">": "%3E", '"': "%22", "'": "%27"})
_NOT_NAME = re.compile(r"\W+")


class Asked(NamedTuple):
    """What a wiki asks of the entries.

    Attributes:
        conditions: see ``conditions``; what has left is told whatever they are.
        fields: the only keys wanted, or none for all.
        settled: the last instant (UTC) that no later commit can bear: what is younger is dated so, to be asked again.
    """

    conditions: Mapping[str, frozenset[str]] = {}
    fields: Sequence[str] = ()
    settled: str = "9"


ALL = Asked()


class _Field(NamedTuple):
    """A field of the form: its name, what people call it, its type in Bazar, the column its value is of.

    Of an image, an entry holds the name of a file, which the wiki looks for at our address (``wikiword.image``).
    """

    name: str
    label: str
    type: str
    column: Column

    @property
    def listed(self) -> str:
        """The wiki page of its list. An importer writes over a list of the same name: it is no one else's."""
        return f"ListePont{camel(self.name)}" if self.type in _LISTED else ""

    @property
    def property(self) -> str:
        """What entries call it: Bazar puts the type of an image before its name."""
        return f"image{self.name}" if self.type == "image" else self.name

    def values(self, record: Record, entry: Entry, feed: Feed) -> list[str]:
        """Its texts, safe to be shown."""
        held = texts(self.column.value(record, entry, feed))
        return [_address(text) for text in held] if self.type == "lien_internet" else [_text(text) for text in held]

    def value(self, record: Record, entry: Entry, feed: Feed) -> str:
        """What the entry holds: text, or codes."""
        held = self.values(record, entry, feed)
        if self.type == "image":
            return image(entry.id, held[0]) if held else ""
        if self.type in _CODED:
            return ",".join(map(_code, held[:1] if self.type == "liste" else held))
        return held[0] if self.type == "lien_internet" and held else ", ".join(held)


def conditions(query: str) -> dict[str, frozenset[str]]:
    """``query`` of the API: ``type=Guide,Outil|bf_latitude!=`` -> the values, any of which each field has or, when its
    name ends with ``!``, has none of; an empty one is that of an empty field."""
    found: dict[str, frozenset[str]] = {}
    for condition in filter(None, query.split("|")):
        name, _, values = condition.partition("=")
        found[name] = found.get(name, frozenset()) | {value.strip() for value in values.split(",")}
    return found


def entries(members: Iterable[Entry], feed: Feed, form: int, asked: Asked = ALL) -> Iterator[bytes]:
    """The object tag -> entry, in pieces. ``feed.url`` is the wiki's address.

    A withdrawn entry is one of title « (retirée) », with no coordinates and nothing else: a wiki forgets what is absent
    from the list once a day at best, and must show something else until then. Give them only to who asks for changes,
    while they are news: what is absent from a whole list is gone.
    """
    return encode(json_list("{", _entries(members, feed, form, asked), "\n}\n"))


def _entries(members: Iterable[Entry], feed: Feed, form: int, asked: Asked) -> Iterator[str]:
    fields = _fields(feed)
    if asked.fields and "html_data" not in asked.fields:  # the light list of wikis: what it leaves out is not written
        needed = {*asked.fields, *(name.removesuffix("!") for name in asked.conditions)}
        fields = [field for field in fields if field.property in needed]
    for entry in members:
        found = _entry(entry, fields, feed, form, asked.settled)
        if entry.record is None or _fulfils(found, asked.conditions):
            wanted = {key: found[key] for key in asked.fields if key in found} if asked.fields else found
            yield f"{to_json(found['id_fiche'])}:{to_json(wanted)}"


def _entry(entry: Entry, fields: Sequence[_Field], feed: Feed, form: int, settled: str) -> dict[str, Any]:
    record, name = entry.record, tag(entry.id)
    coded = [field.name for field in fields if field.type in _CODED]  # what lists are filtered by, as HTML attributes
    said = {field.property: field.value(record, entry, feed) for field in fields} if record else {}
    point = record.point if record else None
    latitude, longitude = (f"{point.lat:.6f}", f"{point.lon:.6f}") if point else ("", "")
    changed = min(entry.datestamp, settled)
    return {
        **said,
        "bf_titre": _text(" ".join(texts([record.title]))) if record else WITHDRAWN,
        "bf_latitude": latitude,
        "bf_longitude": longitude,
        "geolocation": {"bf_latitude": latitude, "bf_longitude": longitude} if point else "",
        "id_fiche": name,
        "id_typeannonce": str(form),
        "date_creation_fiche": _moment((record and record.created) or changed),
        "date_maj_fiche": _moment(changed),
        "statut_fiche": "1",
        "html_data": "".join(f'data-{key.lower()}="{said[key]}" ' for key in coded if said.get(key)),
        "url": f"{feed.url}?{name}",
    }


def _fulfils(entry: Mapping[str, Any], conditions: Mapping[str, frozenset[str]]) -> bool:
    for name, wanted in conditions.items():
        held = {value.strip() for value in str(entry.get(name.removesuffix("!"), "")).split(",")}
        if held.isdisjoint(wanted) != name.endswith("!"):
            return False
    return True


def form(members: Iterable[Entry], feed: Feed, number: int) -> dict[str, Any]:
    """The form: ``template`` as the wiki's core reads it, ``bn_template`` as its importer does, ``prepared`` as others
    do. The options of a field are the values that some record has; a list without any is left out, for wikis would show
    its title and nothing under it."""
    every = _fields(feed)
    options = _options(members, every, feed)
    fields = [field for field in every if field.type not in _LISTED or options[field.name]]
    # The importer copies nothing but fields, and a map is none: its two coordinates are fields that no one sees.
    hidden = [_pad("champs_cache", name) for name in ("bf_latitude", "bf_longitude")]
    rows = [*map(_row, fields), *hidden, _pad("map", "bf_latitude", "bf_longitude")]
    return {
        "bn_id_nature": str(number),
        "bn_label_nature": _text(feed.title),
        "bn_description": _text(feed.description),
        "bn_condition": "",
        "bn_sem_context": "",
        "bn_sem_type": "",
        "bn_sem_use_template": "1",
        "bn_template": "\r\n".join("".join(f"{cell or ' '}***" for cell in row) for row in rows),
        "bn_ce_i18n": "fr-FR",
        "bn_only_one_entry": "N",
        "bn_only_one_entry_message": "",
        "template": rows,
        "prepared": [*(_prepared(field, options) for field in fields), _MAP],
    }


def lists(form: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The lists of a form, by the name of their page."""
    return {
        name: {
            "title": field["label"],
            "nodes": [{"id": code, "label": label, "children": []} for code, label in field["options"].items()],
            "id": name,
        }
        for field in form["prepared"]
        if field["type"] in _LISTED and (name := field["linkedObjectName"])
    }


def _options(members: Iterable[Entry], fields: Sequence[_Field], feed: Feed) -> dict[str, dict[str, str]]:
    coded = [field for field in fields if field.type in _CODED]
    found: dict[str, dict[str, str]] = {field.name: {} for field in coded}
    for entry, record in live(members):
        for field in coded:
            found[field.name].update((_code(label), label) for label in field.values(record, entry, feed))
    return {name: dict(sorted(labels.items())) for name, labels in found.items()}


def _fields(feed: Feed) -> list[_Field]:
    """The fields of the form, the title first. A name that a wiki keeps for itself is left for our own."""
    keys = {title: key for titles in (_NAMES, feed.names) for key, title in titles.items()}
    found: dict[str, _Field] = {}
    for column in columns(feed, _NAMES):
        key = keys[column.title]
        name = _name(key, column.title)
        if name not in (*_OWN, *_PLACE, *found):
            found[name] = _Field(name, TITLES[key], _TYPES.get(key, "texte"), column)
    title = found.pop("bf_titre", None) or _Field("bf_titre", TITLES["title"], "texte", COLUMNS["title"])
    return [title, *found.values()]


def groups(names: Mapping[str, str], *keys: str) -> tuple[list[str], list[str]]:
    """The names of the fields that some of our columns are, the target's (``names``) or ours, and their titles, which
    wikis do not know of another's fields."""
    return [_name(key, names.get(key) or _NAMES[key]) for key in keys], [TITLES[key] for key in keys]


def labelled(feed: Feed) -> dict[str, str]:
    """The names of all our fields, whether they hold something or not, by their titles."""
    return {field.label: field.name for field in _fields(feed)}


def _name(key: str, title: str) -> str:
    name = _NOT_NAME.sub("_", title)
    return _NAMES.get(key, name) if name in _OWN else name


def _row(field: _Field) -> list[str]:
    """The line of the template that declares a field."""
    required = "1" if field.name == "bf_titre" else "0"
    if field.type in _LISTED:
        return _pad(field.type, field.listed, field.label, "", "", "", field.name, "", required)
    if field.type == "tags":
        return _pad(field.type, field.name, field.label, "", "", "", field.name, "", required)
    if field.type == "image":
        return _pad(field.type, field.name, field.label, "300", "400", "900", "1200", "right", required)
    sizes = {"textelong": ("80", "8", "", "", "nohtml"), "texte": ("60", "", "", "", "text")}
    return _pad(field.type, field.name, field.label, *sizes.get(field.type, ("", "", "", "", "")), required)


def _pad(*cells: str) -> list[str]:
    return [*cells, *[""] * (16 - len(cells))]


_BLANK = {"default": "", "searchable": "", "helper": "", "read_acl": "", "write_acl": "", "sem_type": ""}
_MAP = {
    **_BLANK,
    "id": "geolocation",
    "propertyname": "geolocation",
    "label": "geolocation",
    "name": "bf_latitude",
    "type": "map",
    "required": False,
    "latitudeField": "bf_latitude",
    "longitudeField": "bf_longitude",
}


def _prepared(field: _Field, options: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        **_BLANK,
        "id": field.property,
        "propertyname": field.property,
        "label": field.label,
        "name": field.name,
        "type": _PREPARED.get(field.type, field.type),
        "required": field.name == "bf_titre",
        **(
            {"linkedObjectName": field.listed or field.name, "queries": "", "options": options[field.name]}
            if field.type in _CODED
            else {}
        ),
    }


def _text(text: str) -> str:
    return text.translate(_SAFE).replace("{{", "{ {").replace("***", "* * *")


def _code(label: str) -> str:
    return " ".join(label.translate(_SAFE_IN_CODE).split())


def _address(text: str) -> str:
    return text.translate(_SAFE_IN_ADDRESS)


def _moment(instant: str) -> str:
    """``2026-11-24T09:00:00Z``, or a day alone, as wikis write it."""
    return f"{instant[:10]} {instant[11:19] or '00:00:00'}"
