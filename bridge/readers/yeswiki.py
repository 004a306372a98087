"""YesWiki: the entries of one Bazar form, through ``?api/forms/{form}`` then ``?api/forms/{form}/entries``.

Options: ``form`` (its number, as text or number; else read in the address).

``data`` of an item: each public field of the form under its bare name (``bf_acteurs``, never
``checkboxListeXbf_acteurs``: the long names changed with versions), codes replaced by the labels of the form (a list
for checkboxes and tags, a text for lists and radio buttons), images and files as absolute addresses, wiki markup as
HTML, ``bf_latitude`` and ``bf_longitude`` as numbers; then ``id_fiche``, ``url``, ``date_creation_fiche`` and
``date_maj_fiche`` (local time of the wiki, no zone). Users' names, e-mail and telephone fields, and fields that not
everyone may read, are left where they are. So are what entries still hold of a field that the form has no longer, which
the wiki no longer shows nor guards, and the codes of a list that was emptied: a problem says so once for all entries.

YesWiki has no paging, and no trace of what it deletes. A walk of what changed asks the light list (every id and its
date), which says what is left, then the entries whose date moved, one by one. Its ``dateMin`` is not used: it compares
the database's time zone with PHP's, and misses what a late clock dates. Labels that changed without their entries are
seen by the next full walk.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from bridge.errors import ReadError
from bridge.readers import clock, decode, listing, wiki
from bridge.readers.trail import MARKERS, path_of
from bridge.record import Item, Page, Problem, Request, Response

INCREMENTAL = True
REFUSALS: frozenset[int] = frozenset({404})

_FORM = re.compile(r"api/forms/(\d+)")
_WIKI_NAME = re.compile(r"[A-ZÀ-Þ]\w*[a-zß-ÿ]\w*[A-ZÀ-Þ]\w*")
_MANY = frozenset(("checkbox", "checkboxfiche", "tags", "checkbox_tree"))
_ONE = frozenset(("liste", "listefiche", "radio", "radiofiche", "list", "select"))
_LISTED = (_MANY | _ONE) - {"tags"}  # keywords may have no list
_OF_FORM = re.compile(r"bf_(?!titre\Z)|checkbox|liste|radio|image|fichier")
_FILES = frozenset(("image", "fichier", "file"))
_PERSONAL_TYPES = frozenset(("email", "champs_mail", "password", "mot_de_passe", "utilisateur_wikini", "user", "tel"))
_PERSONAL_NAME = re.compile(r"(?:^|_)(?:e?-?mail|courriel|tel|telephone|phone|portable|mobile|fax)\d*$", re.I)
# Not fields of the form: who wrote, what can be rebuilt from the rest, what only the wiki needs.
_PEOPLE = ("user", "owner", "createur", "nomwiki", "mot_de_passe_wikini")
_INTERNAL = frozenset((*_PEOPLE, "html_data", "html_output", "semantic", "id_typeannonce", "statut_fiche", "antispam"))
_PUBLIC = ("", "*", None)
_LIGHT = ("id_fiche", "date_maj_fiche", "statut_fiche")
_OF_LIGHT = frozenset((*_LIGHT, "bf_titre", "url", "date_creation_fiche"))
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_ONE_BY_ONE = 30


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The form's description. ``url`` may be the wiki's address, any of its pages, or its API.

    Raises:
        ReadError: no form number was given.
    """
    base, form = form_of(url, options)
    carry = {"base": base, "form": form}
    if since:  # written as the wiki writes its dates, whose zone it does not say
        carry["since"] = clock.overlapping(since).replace("T", " ").rstrip("Z")
    return Request(f"{base}?api/forms/{quote(form)}", carry)


def form_of(url: str, options: Mapping[str, Any]) -> tuple[str, str]:
    """The wiki's address, with a slash at the end, and the number of the form.

    Raises:
        ReadError: no form number was given.
    """
    named = _FORM.search(url)
    form = str(options.get("form") or (named[1] if named else ""))
    if not form:
        raise ReadError("Le numéro du formulaire YesWiki manque.", 'Ajoutez options = { form = "5" } à la source.')
    return base_of(url), form


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The form's fields (first answer), then all its entries; or the light list, then what changed (see above).

    Raises:
        ReadError: unknown form, or not the answer of a YesWiki.
    """
    carry = response.carry
    if "fields" not in carry:
        light = f"&fields={','.join(_LIGHT)}" if carry.get("since") else ""
        onward = _list({**carry, "fields": _fields(response)}, light)
        return Page(next=(onward,), watermark=clock.served_at(response))
    if "entry" in carry:
        return _single(response, carry["entry"])
    if response.status >= 400:
        raise _unknown()
    entries = _entries(response)
    if not entries:
        # An unknown form, closed reading rights and a form without entries answer alike.
        return Page(whole=False, total=0, problems=(Problem("La liste est vide : ce YesWiki ne montre aucune fiche."),))
    objects = {key: entry for key, entry in entries.items() if isinstance(entry, dict)}
    if not objects:
        raise _no_list()
    problems = listing.strangers(len(entries) - len(objects))
    shown = {_name(key, entry): entry for key, entry in objects.items() if _published(entry)}
    whole, total, since = not problems, len(entries), carry.get("since")
    if since and all(key in _OF_LIGHT for entry in objects.values() for key in entry):
        moved = [name for name, entry in shown.items() if _moved(entry, since)]
        # Past a few, the full list (2 kB an entry, one answer) costs the wiki less than as many questions.
        few = len(moved) <= min(_ONE_BY_ONE, 5 + len(shown) // 20)
        following = [_one(carry, name) for name in moved] if few else [_list(carry)]
        return Page(whole=whole, total=total, present=tuple(shown), next=following, problems=problems)
    read_field = _Reading(carry.get("base", ""), carry["fields"])
    items = [read_field.item(_name(key, entry), entry) for key, entry in objects.items() if _published(entry)]
    problems = [*problems, *read_field.told()]
    # Versions before 2021 know no light list and give the full one: it says what is left as well.
    present = () if since else None
    return listing.page(response, items, problems, whole=whole, total=total, present=present)


def _list(carry: Mapping[str, Any], more: str = "") -> Request:
    return Request(f"{carry.get('base', '')}?api/forms/{quote(carry.get('form', ''))}/entries{more}", carry)


def _one(carry: Mapping[str, Any], name: str) -> Request:
    url = f"{carry.get('base', '')}?api/entries/json/{quote(name, safe='')}"
    return Request(url, {**carry, "entry": name}, single=True)


def _single(response: Response, name: str) -> Page:
    """One entry; nothing when it went since the light list was read, which the next one will say."""
    entries = _entries(response) if response.status < 400 else {}
    for key, entry in entries.items():
        if isinstance(entry, dict) and _name(key, entry) == name and _published(entry):
            reading = _Reading(response.carry.get("base", ""), response.carry["fields"])
            item = reading.item(name, entry)
            return listing.page(response, [item], reading.told())
    return Page()


def _entries(response: Response) -> dict[str, Any]:
    """The entries by key, or nothing; some versions give a list."""
    entries = decode.json(response)
    if isinstance(entries, list):
        return {str(number): entry for number, entry in enumerate(entries)}
    if not isinstance(entries or {}, dict):
        raise _no_list()
    return entries or {}


def _name(key: str, entry: Mapping[str, Any]) -> str:
    return listing.local_id(entry.get("id_fiche")) or key


def _published(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("statut_fiche") or "1") == "1"


def _moved(entry: Mapping[str, Any], since: str) -> bool:
    """Whether an entry of the light list may have changed; one that has no date may always have."""
    date = str(entry.get("date_maj_fiche", ""))
    return not _DATE.fullmatch(date) or date >= since


def _no_list() -> ReadError:
    return ReadError("La réponse n'est pas une liste de fiches YesWiki.", "Vérifiez l'adresse et le formulaire.")


def base_of(url: str) -> str:
    """The wiki's address, with a slash at the end: no page, no query, no file name."""
    parts = urlsplit(url)
    path = parts.path.partition("/api/")[0]
    folder, _, last = path.rpartition("/")
    if last.endswith(".php") or _WIKI_NAME.fullmatch(last):
        path = folder
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}/"


def _unknown() -> ReadError:
    return ReadError("Ce formulaire YesWiki n'existe pas ou n'est pas public.", "Vérifiez l'option « form ».")


def _fields(response: Response) -> dict[str, Any]:
    """What the entries will need of each field: property -> [name, type, options or syntax, label], or another
    property."""
    form = decode.json(response) if response.status == 200 and response.body.strip() else None
    if isinstance(form, list) and form:
        form = form[0]
    if not isinstance(form, dict) or not isinstance(prepared := form.get("prepared"), list):
        raise _unknown()
    rows = form.get("template")
    syntaxes = {
        row[1]: row[7]
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, list) and len(row) > 7 and row[0] == "textelong"
    }
    fields: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    for key, kind, name, short, field in _named(prepared):
        if not short:
            fields[key] = ["", "", None, ""]
        elif kind == "map":
            fields[key] = [name, kind, [field.get("latitudeField"), field.get("longitudeField")], ""]
        else:
            coded = kind in _MANY or kind in _ONE
            known = _labels(field.get("options")) if coded else syntaxes.get(name)
            fields[key] = [short, kind, known, html.unescape(str(field.get("label") or short))]
            if coded:
                aliases.setdefault(name, key)
                aliases.setdefault(f"{kind}{field.get('linkedObjectName') or ''}{name}", key)
    return aliases | fields


def _named(prepared: Iterable[Any]) -> Iterator[tuple[str, str, str, str, Mapping[str, Any]]]:
    """Of each field of a form: its property, type and name, what ``data`` calls it (empty: it is not read), itself."""
    taken: set[str] = set()
    for field in prepared:
        if not isinstance(field, dict) or not (key := field.get("propertyname") or field.get("id")):
            continue
        kind, name = str(field.get("type", "")), str(field.get("name") or key)
        personal = kind in _PERSONAL_TYPES or field.get("subType") in ("tel", "email") or _PERSONAL_NAME.search(name)
        short = ""
        if not personal and field.get("read_acl") in _PUBLIC:
            short = name if (kind in _MANY or kind in _ONE) and name not in taken else str(key)
            taken.add(short)
        yield str(key), kind, name, short, field


class Field(NamedTuple):
    """A public field of a form: what ``data`` calls it, what people do, the labels of its options if it has some."""

    key: str
    label: str
    labels: tuple[str, ...]


def public_fields(form: Mapping[str, Any]) -> list[Field]:
    """The fields of a form (``?api/forms/5``) that are read, its place aside."""
    prepared = form.get("prepared")
    found = []
    for _, kind, _, short, field in _named(prepared if isinstance(prepared, list) else ()):
        if short and kind != "map":
            options = field.get("options") if kind in _MANY or kind in _ONE else None
            labels = options if isinstance(options, list) else options.values() if isinstance(options, dict) else ()
            label = html.unescape(str(field.get("label") or ""))
            found.append(Field(short, label, tuple(html.unescape(str(each)) for each in labels)))
    return found


def _labels(options: Any) -> dict[str, str] | None:
    """Code -> label; PHP writes an array whose keys are 0, 1… as a list. None where there is no list of them."""
    if not isinstance(options, list | dict):
        return None
    pairs = enumerate(options) if isinstance(options, list) else options.items()
    return {str(code): html.unescape(str(label)) for code, label in pairs}


class _Reading:
    """The fields of one form, ready to read its entries."""

    def __init__(self, base: str, fields: Mapping[str, Any]) -> None:
        self.base = base
        self.fields = fields
        axes = [field[2] for field in fields.values() if field[1] == "map"]
        self.axes = [*axes, ["bf_latitude", "bf_longitude"]]
        self.left = _INTERNAL | {
            "geolocation",
            "carte_google",
            *MARKERS,
            *(name for pair in self.axes for name in pair),
        }
        self.gone: dict[str, None] = {}
        """The fields that some entry holds and the form does not."""
        self.emptied: dict[str, None] = {}
        """The labels of the fields whose list is empty, and some entry's value is not."""

    def item(self, name: str, entry: Mapping[str, Any]) -> Item:
        url = f"{self.base}?{quote(name, safe='')}"
        data: dict[str, Any] = {"id_fiche": name}
        for key, value in entry.items():
            if value not in (None, "", [], {}) and key not in self.left and not _PERSONAL_NAME.search(key):
                field = self.fields.get(key)
                if isinstance(field, str):
                    field = self.fields[field]
                if field is None and self.fields and _OF_FORM.match(key):
                    if not any(key.startswith(f"{known}_") for known in self.fields):  # the hour of a date
                        self.gone[key] = None
                    continue
                short, kind, known, label = (*(field or (key, "", None)), "")[:4]
                if known == {} and kind in _LISTED:
                    self.emptied[label] = None
                elif short and kind in _FILES and isinstance(value, str):
                    data[short] = self._file(value, f"{name}_{key}")
                elif short:
                    data[short] = self._value(value, kind, known)
        data["url"] = url
        data.update(self._place(entry))
        return Item(name, data, url, path_of({key: entry.get(key) for key in MARKERS}))

    def _file(self, name: str, holder: str) -> str:
        """Where a visitor reads a file: those that a server might run end with « _ », and go through the wiki."""
        if "://" in name:
            return name
        if name.endswith("_"):
            return f"{self.base}?{quote(holder, safe='')}/download&file={quote(name, safe='')}"
        return f"{self.base}files/{quote(name)}"

    def told(self) -> list[Problem]:
        """What was left of the entries read so far, and why: one sentence for each cause."""
        found = []
        if names := ", ".join(f"« {name} »" for name in self.gone):
            found.append(Problem(f"Le formulaire n'a plus ces champs, que des fiches portent encore : {names}."))
        if names := ", ".join(f"« {name} »" for name in self.emptied):
            found.append(Problem(f"La liste de ces champs est vide, leurs codes ne veulent plus rien dire : {names}."))
        return found

    def _value(self, value: Any, kind: str, known: Any) -> Any:
        known = known or {}
        if kind in _MANY:
            codes = value if isinstance(value, list) else str(value).split(",")
            return [known.get(code, code) for part in codes if (code := str(part).strip())]
        if kind in _ONE:
            return known.get(str(value).strip(), value)
        if not isinstance(value, str):
            return value
        if kind == "textelong" and known != "nohtml":
            return wiki.to_html(value, self.base) if known != "html" else wiki.without_actions(value)
        return html.unescape(value) if "&" in value else value

    def _place(self, entry: Mapping[str, Any]) -> dict[str, float]:
        """Latitude and longitude, from the first place of the entry that holds both, and not the same number twice."""
        nested = entry.get("geolocation")
        pairs: list[tuple[Any, Any]] = []
        for latitude, longitude in self.axes:
            pairs.append((entry.get(latitude), entry.get(longitude)))
            if isinstance(nested, dict):
                pairs.append((nested.get(latitude), nested.get(longitude)))
        latitude, _, longitude = str(entry.get("carte_google") or "").partition("|")
        found: dict[str, float] = {}
        for pair in (*pairs, (latitude, longitude)):
            lat, lon = map(listing.number, pair)
            if lat is not None and lon is not None:
                if lat != lon:
                    return {"bf_latitude": lat, "bf_longitude": lon}
                found = {"bf_latitude": lat, "bf_longitude": lon}  # no place in France: the mapping says so
        return found
