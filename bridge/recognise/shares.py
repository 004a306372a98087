"""A link to a document shared online -> the address of the file itself, or why there is none. Pure: asks nothing.

People copy what their browser shows: a page with a viewer. Each service has its own rule, written here from its public
documentation; sites of one's own (Nextcloud, GitLab, Forgejo) are known by the shape of their addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

_TOKEN = re.compile(r"(?P<root>(?:/[\w.~-]+)*?(?:/index\.php)?)/s/(?P<token>[A-Za-z0-9]{15})/?")
_CHOSEN_TOKEN = re.compile(r"(?P<root>(?:/[\w.~-]+)*?/index\.php)/s/(?P<token>[\w-]{4,64})/?")
_CALENDAR = re.compile(
    r"(?P<root>(?:/[\w.~-]+)*?)(?:/index\.php)?/apps/calendar/(?:p|embed)/(?P<token>[A-Za-z0-9]{10,40})(?:[-/].*)?"
)
_GRIST = re.compile(r"(?P<org>/o/[\w-]+)?(?:/doc)?/(?P<id>[A-HJ-NP-Za-km-z1-9]{12,22})(?:/(?!api/).*)?")
_SHEET = re.compile(r"/spreadsheets/(?:u/\d+/)?d/(?P<id>[\w-]{20,})(?:/.*)?")
_PUBLISHED_SHEET = re.compile(r"/spreadsheets/(?:u/\d+/)?d/e/(?P<id>[\w-]{20,})/pub(?:html)?")
_DRIVE_FILE = re.compile(r"/file/(?:u/\d+/)?d/(?P<id>[\w-]{20,})(?:/.*)?")
_GITHUB = re.compile(r"/(?P<repository>[\w.-]+/[\w.-]+)/blob/(?P<path>.+)")
_GITLAB = re.compile(r"(?P<project>/.+)/-/blob/(?P<path>.+)")
_FORGEJO = re.compile(r"(?P<project>/[\w.-]+/[\w.-]+)/src/(?P<path>(?:branch|tag|commit)/.+)")
_DATASET = re.compile(r"/(?:[a-z]{2}/)?datasets/[^/]+/?")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_EXPORTED = re.compile(r"\.(?:csv|xlsx|ods|json|html|md)\Z|/(?:csv|xlsx|ods|csv\.json)\Z")

_EXPORT = "Exportez-le en CSV, .xlsx ou .ods et publiez ce fichier à une adresse stable."


def direct(url: str) -> tuple[str, str]:
    """The address to look at in place of ``url``, and a French sentence that says why.

    The sentence is empty when nothing is changed. The address is empty when the service gives no file to a program: the
    sentence then says what to do.
    """
    url = url.strip()
    if url[:9].lower().startswith(("webcal://", "webcals:/")):
        return f"https://{url.partition('://')[2]}", "Calendrier : « webcal » est remplacé par « https »."
    given = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(given)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url, ""
    if parts.scheme not in ("http", "https"):
        return url, ""
    for rule in _RULES:
        if (found := rule(parts, host)) is not None:
            return found
    return url, ""


_Found = tuple[str, str] | None


def _nextcloud(parts: SplitResult, host: str) -> _Found:
    """Nextcloud, ownCloud: a shared file, a published calendar."""
    if found := _CALENDAR.fullmatch(parts.path):
        address = _at(parts, f"{found['root']}/remote.php/dav/public-calendars/{found['token']}", "export")
        return address, "Calendrier public Nextcloud : son export .ics est lu."
    if found := _TOKEN.fullmatch(parts.path) or _CHOSEN_TOKEN.fullmatch(parts.path):
        address = _at(parts, f"{found['root']}/s/{found['token']}/download")
        return address, "Partage Nextcloud ou ownCloud : le fichier partagé est lu."
    return None


def _grist(parts: SplitResult, host: str) -> _Found:
    """Grist: the whole document as a workbook, whose sheets are its tables."""
    if "grist" not in host:
        return None
    found = _GRIST.fullmatch(parts.path)
    if found is None:
        return None
    address = _at(parts, f"{found['org'] or ''}/api/docs/{found['id']}/download/xlsx")
    return address, "Document Grist : il est lu comme un classeur ; l'option « sheet » choisit la table."


def _ethercalc(parts: SplitResult, host: str) -> _Found:
    if not re.search(r"framacalc|ethercalc|(?:\A|\.)calc\.", host) or _EXPORTED.search(parts.path):
        return None
    found = re.fullmatch(r"/(=?)([^/=]+)(?:/(?:edit|view|app))?/?", parts.path)
    if found is None:
        return None
    name = f"{found[2]}.1" if found[1] else found[2]  # "=": a workbook, whose sheets are name.1, name.2…
    return _at(parts, f"/{name}.csv"), "Tableur EtherCalc (Framacalc) : son export CSV est lu."


def _google(parts: SplitResult, host: str) -> _Found:
    if host not in ("docs.google.com", "drive.google.com", "calendar.google.com"):
        return None
    said = dict(parse_qsl(parts.fragment)) | dict(parse_qsl(parts.query))
    sheet = f"&gid={said['gid']}" if said.get("gid", "").isdecimal() else ""
    if (found := _PUBLISHED_SHEET.fullmatch(parts.path)) and said.get("output") != "csv":
        address = f"https://docs.google.com/spreadsheets/d/e/{found['id']}/pub?output=csv"
        return address + (f"{sheet}&single=true" if sheet else ""), "Feuille Google publiée : son export CSV est lu."
    if (found := _SHEET.fullmatch(parts.path)) and not re.search(r"/(?:export|gviz)\b", parts.path):
        address = f"https://docs.google.com/spreadsheets/d/{found['id']}/export?format=csv{sheet}"
        return (
            address,
            "Feuille Google : son export CSV est lu, si toute personne qui a le lien peut la voir.",
        )
    name = found["id"] if (found := _DRIVE_FILE.fullmatch(parts.path)) else said.get("id", "")
    if host == "drive.google.com" and name and parts.path != "/uc":
        address = f"https://drive.google.com/uc?export=download&id={quote(name, safe='')}"
        return address, "Fichier de Google Drive : le fichier partagé est lu."
    if host == "calendar.google.com" and "src" in said:
        address = f"https://calendar.google.com/calendar/ical/{quote(said['src'], safe='')}/public/basic.ics"
        return address, "Agenda Google public : son export .ics est lu."
    if re.match(r"/(?:document|forms|presentation|drive)/", parts.path):
        return "", f"Ce document Google n'est pas un tableau qu'un programme puisse lire. {_EXPORT}"
    return None


def _dropbox(parts: SplitResult, host: str) -> _Found:
    if host != "dropbox.com":
        return None
    if re.match(r"/(?:sh|scl/fo)/", parts.path):
        return "", "Ce lien Dropbox est celui d'un dossier. Partagez le fichier lui-même et donnez son lien."
    if not re.match(r"/(?:s|scl/fi)/", parts.path) or "dl=1" in parts.query.split("&"):
        return None
    kept = [part for part in parts.query.split("&") if part and not part.startswith("dl=")]
    return _at(parts, parts.path, "&".join([*kept, "dl=1"])), "Partage Dropbox : le fichier partagé est lu."


def _microsoft(parts: SplitResult, host: str) -> _Found:
    if host.endswith(".sharepoint.com") and re.match(r"/:[xut]:/", parts.path) and "download=1" not in parts.query:
        query = f"{parts.query}&download=1" if parts.query else "download=1"
        return _at(parts, parts.path, query), "Partage SharePoint : le fichier partagé est lu."
    if host in ("1drv.ms", "onedrive.live.com"):
        return "", f"OneDrive ne donne pas le fichier à un programme. {_EXPORT}"
    return None


def _forge(parts: SplitResult, host: str) -> _Found:
    """GitHub, GitLab, Forgejo: the file as it is, not the page that shows it."""
    why = "Dépôt de code : le fichier lui-même est lu."
    if host == "github.com" and (found := _GITHUB.fullmatch(parts.path)):
        return f"https://raw.githubusercontent.com/{found['repository']}/{found['path']}", why
    if found := _GITLAB.fullmatch(parts.path):
        return _at(parts, f"{found['project']}/-/raw/{found['path']}"), why
    if found := _FORGEJO.fullmatch(parts.path):
        return _at(parts, f"{found['project']}/raw/{found['path']}"), why
    return None


def _data_gouv(parts: SplitResult, host: str) -> _Found:
    """data.gouv.fr: the address of a resource that stays when its file is replaced."""
    if host != "data.gouv.fr" or not _DATASET.fullmatch(parts.path):
        return None
    found = _UUID.search(parts.query.partition("resource_id=")[2]) or _UUID.search(parts.fragment)
    if found is None:
        return None
    return f"https://www.data.gouv.fr/fr/datasets/r/{found[0]}", "Ressource de data.gouv.fr : son lien stable est lu."


_CLOSED = (
    (r"cryptpad\.", r"/(?:sheet|form|kanban|drive|file|code)/", "CryptPad",
     "chiffre ses documents dans le navigateur : un programme ne peut pas les lire."),
    (r"(?:\A|\.)airtable\.com\Z", r"/(?:shr|app|tbl|embed)", "Airtable", "ne donne ses tables qu'avec une clé."),
    (r"(?:\A|\.)onlyoffice\.(?:com|co|eu|io)\Z", r"/", "OnlyOffice", "ne donne pas le fichier à un programme."),
    (r"(?:\A|\.)notion\.(?:so|site)\Z", r"/", "Notion", "ne donne ses tables qu'avec une clé."),
    (r"(?:\A|\.)kdrive\.infomaniak\.com\Z", r"/app/share/", "kDrive", "ne donne pas le fichier à un programme."),
)  # fmt: skip


def _closed(parts: SplitResult, host: str) -> _Found:
    for hosts, path, name, why in _CLOSED:
        if re.search(hosts, host) and re.match(path, parts.path):
            return "", f"{name} {why} {_EXPORT}"
    return None


_RULES: tuple[Callable[[SplitResult, str], _Found], ...] = (
    _grist,
    _ethercalc,
    _google,
    _dropbox,
    _microsoft,
    _data_gouv,
    _closed,
    _forge,
    _nextcloud,
)


def _at(parts: SplitResult, path: str, query: str = "") -> str:
    return parts._replace(path=path, query=query, fragment="").geturl()
