"""A running YesWiki, driven as its people do: a visitor, a webmaster with the folder and the database, a program with
a key. What is made here has « Partageons » in its name and is taken away by ``clean``.
"""

from __future__ import annotations

import base64
import html as entities
import json
import os
import re
import shutil
import subprocess
import time
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from lxml import html

PREFIX = "PARTAGEONS_YESWIKI_"
EXTENSION = "partageons"
"""The folder of the extension, in the zip and below ``tools/``."""
OWN = "Partageons"
"""What the titles of the forms and lists of the tests begin with."""
TIMEOUT = 60.0

# As `yeswicli` does: the wiki in a process of its own, here logged in as an administrator.
_WIKI = """
error_reporting(E_ALL & ~E_WARNING & ~E_NOTICE & ~E_DEPRECATED);
chdir(%(folder)s);
include 'wakka.config.php';
$_SERVER['REQUEST_URI'] = $wakkaConfig['base_url'] . $wakkaConfig['root_page'];
$_SERVER['HTTP_HOST'] = parse_url($wakkaConfig['base_url'], PHP_URL_HOST);
$_SERVER['REQUEST_METHOD'] = 'GET';
$_REQUEST['wiki'] = $wakkaConfig['root_page'];
require_once 'includes/YesWikiLoader.php';
ob_start();
$wiki = YesWiki\\Core\\YesWikiLoader::getWiki();
$of = fn(string $class) => $wiki->services->get($class);
$entries = $of('YesWiki\\Bazar\\Service\\EntryManager');
$forms = $of('YesWiki\\Bazar\\Service\\FormManager');
$lists = $of('YesWiki\\Bazar\\Service\\ListManager');
$user = $of('YesWiki\\Core\\Service\\UserManager')->getOneByName(%(admin)s);
$of('YesWiki\\Core\\Controller\\AuthController')->login($user);
ob_end_clean();
"""
_SQL = """
include %(config)s;
[$host, $port] = array_pad(explode(':', $wakkaConfig['mysql_host'], 2), 2, '3306');
$db = new mysqli($host, $wakkaConfig['mysql_user'], $wakkaConfig['mysql_password'], $wakkaConfig['mysql_database'],
    (int) ($wakkaConfig['mysql_port'] ?? $port));
$db->set_charset('utf8mb4');
$found = [];
foreach (json_decode(stream_get_contents(STDIN)) as $query) {
    $result = $db->query(str_replace('#__', $wakkaConfig['table_prefix'], $query));
    $found = $result === true ? [] : $result->fetch_all(MYSQLI_ASSOC);
}
echo json_encode($found);
"""


class YesWiki:
    """A wiki, its folder on this machine, a key of its API and an administrator."""

    def __init__(self, url: str, folder: Path, key: str, admin: str, password: str) -> None:
        self.url = url.rstrip("/?") + "/"
        self.folder = folder
        self.admin = admin
        self.key = key
        self._password = password
        self._logged: requests.Session | None = None
        self.forms: list[str] = []
        self.pages: list[str] = []
        self.config = self.folder / "wakka.config.php"
        self._found = self.config.read_bytes()
        self._files = set((folder / "files").iterdir())
        self._triple = int(self.sql("SELECT COALESCE(MAX(id), 0) AS last FROM #__triples")[0]["last"])
        self._closed = {str(row["page_tag"]) for row in self.sql("SELECT DISTINCT page_tag FROM #__acls")}

    @property
    def version(self) -> str:
        """As the wiki says it: ``doryphore 4.4.4``."""
        said = re.findall(r"'yeswiki_(?:version|release)' => '([^']*)'", self.config.read_text(encoding="utf-8"))
        return " ".join(said)

    @property
    def logged(self) -> requests.Session:
        """The administrator's browser."""
        if self._logged is None:
            self._logged = requests.Session()
            sent = {"action": "login", "name": self.admin, "password": self._password, "remember": "0"}
            page = self._logged.post(f"{self.url}?PagePrincipale", sent, timeout=TIMEOUT)
            assert "action=logout" in page.text, "the administrator could not log in"
        return self._logged

    def address(self, page: str) -> str:
        return f"{self.url}?{page}"

    def get(self, page: str, by: requests.Session | None = None) -> requests.Response:
        """A page or an API route, as a visitor unless ``by`` is somebody's browser."""
        return (by or requests).get(self.address(page), timeout=TIMEOUT)

    def json(self, page: str, by: requests.Session | None = None) -> Any:
        return self.get(page, by).json()

    def api(self, method: str, route: str, data: Mapping[str, Any] | None = None, source: str = "") -> Any:
        """A request of a program that holds a key."""
        headers = {"Authorization": f"Bearer {self.key}", "Source-Url": source}
        # Many nginx take « / » for a folder, and refuse to delete in it.
        address = f"{self.url}index.php?wiki={route}" if method == "DELETE" else self.address(route)
        answer = requests.request(method, address, json=data, headers=headers, timeout=TIMEOUT)
        # The wiki prints the warnings of PHP after its answer.
        return answer.status_code, json.JSONDecoder().raw_decode(answer.text.strip() or "{}")[0]

    # Files, database and code

    def php(self, code: str) -> str:
        """What a run of the wiki prints: ``$wiki``, ``$entries``, ``$forms``, ``$lists``, ``$of(class)``."""
        ready = _WIKI % {"folder": php(str(self.folder)), "admin": php(self.admin)}
        return self._run(ready + code, "")

    def sql(self, *queries: str) -> list[dict[str, Any]]:
        """The rows of the last query; ``#__`` stands for the prefix of the tables."""
        found: list[dict[str, Any]] = json.loads(
            self._run(_SQL % {"config": php(str(self.config))}, json.dumps(queries))
        )
        return found

    def _run(self, code: str, given: str) -> str:
        command = ["php", "-d", "display_errors=stderr", "-r", code]
        done = subprocess.run(command, input=given, capture_output=True, text=True, cwd=self.folder, check=False)
        assert done.returncode == 0, done.stderr[-3000:] or done.stdout[-3000:]
        return done.stdout

    def set(self, values: Mapping[str, Any]) -> None:
        """Parameters of ``wakka.config.php``, as the webmaster writes them."""
        pairs = ", ".join(f"{php(name)} => {php(value)}" for name, value in values.items())
        text = re.sub(rb"\n?// tests\n.*", b"", self.config.read_bytes(), flags=re.DOTALL)
        more = f"\n// tests\n$wakkaConfig = array_merge($wakkaConfig, [{pairs}]);\n"
        self._write(text.rstrip().removesuffix(b"?>") + more.encode())

    def _write(self, content: bytes) -> None:
        self.config.write_bytes(content)
        time.sleep(1.1)  # a change within one second of another is not one for PHP's cache of files

    # Forms and lists

    def list(self, title: str, labels: Mapping[str, str]) -> str:
        """Make a list, by its page; its name."""
        nodes = [{"id": key, "label": label, "children": []} for key, label in labels.items()]
        sent = {"title": f"{OWN} {title}", "nodes": json.dumps(nodes), "submit": "1"}
        made = self.logged.post(self.address("BazaR&vue=listes&action=saisir_liste"), sent, timeout=TIMEOUT)
        assert made.status_code == 200, made.status_code
        return self._named("liste")[-1]

    def _named(self, kind: str) -> list[str]:
        """Our lists, oldest first."""
        found = self.sql(
            "SELECT tag FROM #__pages WHERE latest = 'Y' AND tag IN (SELECT resource FROM #__triples"
            f" WHERE value = '{kind}') AND tag LIKE 'List{OWN}%' ORDER BY id"
        )
        return [str(row["tag"]) for row in found]

    def form(self, label: str, template: str) -> str:
        """Make a Bazar form, by its page; its number."""
        sent = {"bn_label_nature": f"{OWN} {label}", "bn_template": template, "valider": "1"}
        sent |= dict.fromkeys(("bn_description", "bn_condition", "bn_sem_context", "bn_sem_type", "bn_id_nature"), "")
        before = set(self.json("api/forms"))
        made = self.logged.post(self.address("BazaR&vue=formulaire&action=new"), sent, timeout=TIMEOUT)
        (number,) = set(self.json("api/forms")) - before or {made.text[:500]}
        assert number.isdigit(), number
        self.forms.append(number)
        return number

    def edit_form(self, number: str, template: str) -> None:
        kept = self.json(f"api/forms/{number}")
        names = ("bn_label_nature", "bn_description", "bn_condition", "bn_sem_context", "bn_sem_type", "bn_id_nature")
        sent = {name: kept.get(name) or "" for name in names} | {"bn_template": template, "valider": "1"}
        page = f"BazaR&vue=formulaire&action=modif&idformulaire={number}"
        self.logged.post(self.address(page), sent, timeout=TIMEOUT).raise_for_status()

    def empty(self, number: str, how: str = "empty") -> None:
        """Empty a form, or ``how="delete"`` it, by its page of confirmation."""
        page = self.get(f"BazaR&vue=formulaire&action=confirm_{how}&idformulaire={number}", self.logged)
        for form in html.fromstring(page.text).forms:
            if any(name.startswith("confirm") for name in form.fields):
                address = urllib.parse.urljoin(self.url, form.action)
                self.logged.post(address, dict(form.form_values()), timeout=TIMEOUT).raise_for_status()
                return
        raise AssertionError(f"no page to {how} form {number}")

    # Entries

    def entry_form(self, page: str, by: requests.Session | None = None) -> tuple[html.FormElement, html.HtmlElement]:
        answer = self.get(page, by)
        whole = html.fromstring(answer.text, base_url=answer.url)
        found = [form for form in whole.forms if form.get("id") == "formulaire"]
        assert len(found) == 1, f"{page}: {words(answer.text)[-1500:]}"
        return found[0], whole

    def send(
        self,
        page: str,
        values: Mapping[str, str | list[str]],
        by: requests.Session | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> requests.Response:
        """Fill the form of a page and send it as a browser does, in parts; as the administrator by default."""
        by = by or self.logged
        form, _ = self.entry_form(page, by)
        given = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
        parts: list[tuple[str, Any]] = [(name, (None, text)) for name, text in form.form_values() if name not in given]
        parts = [(name, (None, "1") if name == "antispam" else part) for name, part in parts]  # its script does
        parts += [(name, (None, text)) for name, texts in given.items() for text in texts]
        parts += list((files or {}).items())
        return by.post(self.address(page), files=parts, timeout=TIMEOUT, allow_redirects=False)

    def create(self, number: str, values: Mapping[str, str | list[str]], **more: Any) -> str:
        """An entry by the form of the wiki; its tag."""
        answer = self.send(f"BazaR&vue=saisir&action=saisir_fiche&id={number}", values, **more)
        tag = re.search(r"id_fiche=([^&]+)", answer.headers.get("Location", ""))
        assert tag, f"{answer.status_code}: {words(answer.text or '<p>')[-1500:]}"
        return urllib.parse.unquote(tag[1])

    def edit(self, tag: str, values: Mapping[str, str | list[str]], **more: Any) -> None:
        answer = self.send(f"{tag}/edit", values, **more)
        assert answer.status_code == 302, words(answer.text)[-1500:]

    def delete(self, tag: str) -> None:
        """By the page « Supprimer », as its owner or an administrator."""
        answer = self.get(f"{tag}/deletepage", self.logged).text
        for form in html.fromstring(answer).forms:
            if "csrf-token" in form.fields or "confirme" in " ".join(filter(None, form.fields)):
                address = urllib.parse.urljoin(self.url, form.action or f"?{tag}/deletepage")
                self.logged.post(address, dict(form.form_values()), timeout=TIMEOUT).raise_for_status()
                return
        raise AssertionError(words(answer)[-1500:])

    def post(self, number: str, values: Mapping[str, Any], source: str = "") -> str:
        """An entry by the API, or the update of the one whose ``id_fiche`` is given; its tag."""
        status, said = self.api("POST", f"api/entries/{number}", {"antispam": 1, **values}, source)
        assert status == 201, (status, said)
        return urllib.parse.unquote(str(said["success"]).rpartition("?")[2])

    def forget(self, tag: str) -> None:
        """Delete by the API: the only way of it that works."""
        status, said = self.api("DELETE", f"api/pages/{tag}")
        assert status == 200, (status, said)

    def upload(self, number: str, table: str) -> int:
        """Import a CSV by its page; how many entries were made."""
        page = f"BazaR&vue=importer&id={number}"
        sent = {"submit_file": "1", "id": number}
        files = {"fileimport": ("fiches.csv", table.encode(), "text/csv")}
        read = html.fromstring(self.logged.post(self.address(page), sent, files=files, timeout=TIMEOUT).text)
        boxes = read.xpath("//input[@type='checkbox' and starts-with(@name, 'importfiche')]")
        chosen = {box.get("name"): box.get("value") for box in boxes}
        self.logged.post(self.address(page), {**chosen, "id": number}, timeout=TIMEOUT).raise_for_status()
        return len(chosen)

    def entry(self, tag: str, by: requests.Session | None = None) -> dict[str, Any]:
        """As the API gives it; empty when there is none."""
        found = self.json(f"api/entries/json/{tag}", by)
        return found.get(tag, {}) if isinstance(found, dict) else {}

    def tags(self, number: str) -> list[str]:
        return list(self.json(f"api/forms/{number}/entries&fields=id_fiche"))

    # Pages

    def page(self, tag: str, body: str) -> str:
        """Write a page; its tag."""
        self.php(f"$of('YesWiki\\\\Core\\\\Service\\\\PageManager')->save({php(tag)}, {php(body)}, '', true);")
        self.pages.append(tag)
        return tag

    # The extension

    def install(self, archive: Path) -> None:
        """Unzip it in ``tools/``, as a webmaster does by FTP."""
        self.uninstall()
        with zipfile.ZipFile(archive) as file:
            assert {name.split("/")[0] for name in file.namelist()} == {EXTENSION}
            file.extractall(self.folder / "tools")

    def uninstall(self) -> None:
        place = self.folder / "tools" / EXTENSION
        if place.is_symlink():
            place.unlink()
        elif place.exists():
            shutil.rmtree(place)

    @property
    def tables(self) -> list[str]:
        """Those of the extension."""
        found = self.sql("SHOW TABLES LIKE '#__partageons%'")
        return [str(next(iter(row.values()))) for row in found]

    def clean(self) -> None:
        """The wiki as it was found, but for the log that it keeps of what its administrators delete."""
        for number in self.forms:
            self.php(f"$forms->delete({php(number)});")
        for tag in self._named("liste"):
            self.php(f"$lists->delete({php(tag)});")
        for tag in self.pages:
            self.php(f"$of('YesWiki\\\\Core\\\\Service\\\\PageManager')->deleteOrphaned({php(tag)});")
        self.uninstall()
        absent = "NOT IN (SELECT tag FROM #__pages)"
        orphans = self.sql(f"SELECT DISTINCT page_tag FROM #__acls WHERE page_tag {absent}")
        gone = [str(row["page_tag"]) for row in orphans if row["page_tag"] not in self._closed]
        self.sql(
            *(f"DROP TABLE IF EXISTS `{table}`" for table in self.tables),
            *(f"DELETE FROM #__acls WHERE page_tag = '{tag}'" for tag in gone),
            f"DELETE FROM #__triples WHERE id > {self._triple} AND resource {absent}",
            f"DELETE FROM #__triples WHERE id > {self._triple} AND value LIKE '%Partageons%'",
            "SELECT 1",
        )
        if self.config.read_bytes() != self._found:
            self._write(self._found)
        for file in (*(self.folder / "cache").glob("partageons*"), *(self.folder / "files").iterdir()):
            if file not in self._files:
                file.unlink()
        self.forms, self.pages = [], []

    @contextmanager
    def with_settings(self, values: Mapping[str, Any]) -> Iterator[None]:
        """Other parameters as long as this lasts."""
        before = self.config.read_bytes()
        self.set(values)
        try:
            yield
        finally:
            self._write(before)


def described(letter: str) -> dict[str, str]:
    """What the environment says of a wiki; nothing when it does not say all."""
    found = {part: os.environ.get(f"{PREFIX}{letter}_{part}", "") for part in ("URL", "FOLDER", "KEY", "PASSWORD")}
    found["ADMIN"] = os.environ.get(f"{PREFIX}{letter}_ADMIN", "WikiAdmin")
    return found if all(found.values()) else {}


@contextmanager
def running(letter: str) -> Iterator[YesWiki]:
    """The wiki that the environment describes under a letter; left as it was found.

    Raises:
        KeyError: it describes none.
    """
    said = described(letter)
    wiki = YesWiki(said["URL"], Path(said["FOLDER"]), said["KEY"], said["ADMIN"], said["PASSWORD"])
    try:
        yield wiki
    finally:
        wiki.clean()


def php(value: Any) -> str:
    """A value as PHP code."""
    text = json.dumps(value, ensure_ascii=False).replace("\\", "\\\\").replace("'", "\\'")
    return f"json_decode('{text}', true)"


def field(kind: str, name: str, label: str, **places: str) -> str:
    """A line of the text of a Bazar form: sixteen places, named here by their number (``at7="html"``)."""
    parts = [kind, name, label, *[" "] * 13]
    parts[8:13] = ["0", " ", " ", " * ", " * "]
    for place, value in places.items():
        parts[int(place.removeprefix("at"))] = value
    return "***".join(parts) + "***"


def wait(there: Callable[[], Any], patience: float, what: str, pause: float = 0.1) -> float:
    """Seconds until it is so.

    Raises:
        AssertionError: it is not, after ``patience``.
    """
    start = time.monotonic()
    while not there():
        assert time.monotonic() - start < patience, f"{what}: not after {patience:.0f} s"
        time.sleep(pause)
    return time.monotonic() - start


def words(page: str) -> str:
    """What is read on a page, entities and spaces as one."""
    return re.sub(r"\s+", " ", entities.unescape(html.fromstring(page).text_content()))


ACTORS = {"1": "Collectivité territoriale", "2": "Association", "3": "Citoyen", "4": "Service de l’État"}
"""A list whose codes begin at 1: PHP writes them as numbers."""
IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


class Initiatives:
    """A form with fields of many kinds, and what its entries must and must not show."""

    def __init__(self, wiki: YesWiki, label: str = "Initiatives") -> None:
        self.wiki = wiki
        self.themes = wiki.list("Thèmes", {"mares": "Mares & étangs", "haies": "Haies, bocage", "3": "Vergers"})
        self.actors = wiki.list("Acteurs", ACTORS)
        self.fields = [
            field("texte", "bf_titre", "Titre", at4="255", at7="text", at8="1"),
            field("textelong", "bf_resume", "Résumé", at3="5", at7="wiki"),
            field("textelong", "bf_contenu", "Contenu", at3="5", at7="html"),
            field("checkbox", self.themes, "Thèmes", at6="bf_themes"),
            field("liste", self.actors, "Type d’acteur", at6="bf_acteurs"),
            field("tags", " ", "Mots-clés", at6="bf_tags"),
            field("lien_internet", "bf_lien", "Pour en savoir plus"),
            field("jour", "bf_date_debut", "Début"),
            field("image", "bf_image", "Image"),
            field("fichier", "bf_document", "Document", at3="20000000", at7="file"),
            field("texte", "bf_ville", "Commune", at7="text"),
            field("texte", "bf_surface", "Surface restaurée", at7="text"),
            field("map", "bf_latitude", "bf_longitude"),
            field("champs_mail", "bf_mail", "Courriel", at6="form"),
            field("texte", "bf_tel", "Téléphone", at7="tel"),
            field("mot_de_passe", "bf_secret", "Mot de passe"),
            field("texte", "bf_note", "Note interne", at7="text", at11="@admins"),
            field("texte", "bf_membres", "Réservé aux membres", at7="text", at11="+"),
            field("texte", "partageons_prive", "Ne pas partager", at7="text"),
        ]
        self.number = wiki.form(label, self.template())

    def template(self, *but: str) -> str:
        """The text of the form, without some of its fields."""
        return "\n".join(line for line in self.fields if line.split("***")[1] not in but)

    def values(self, title: str, **more: str | list[str]) -> dict[str, str | list[str]]:
        """A full entry; what holds SECRET must never leave the wiki."""
        return {
            "bf_titre": title,
            "bf_resume": "Une **mare** retrouvée, voir [[https://exemple.fr/mare la page]].",
            "bf_contenu": "<p>À <strong>Lyon</strong>, l’eau est revenue &amp; les tritons aussi.</p>",
            "bf_themes[mares]": "1",
            "bf_themes[haies]": "1",
            "bf_acteurs": "1",
            "bf_tags": "mare,triton",
            "bf_lien": "https://exemple.fr/mare",
            "bf_date_debut": "2024-03-01",
            "bf_ville": "Lyon",
            "bf_surface": "1200 m²",
            "bf_latitude": "45.75",
            "bf_longitude": "4.85",
            "bf_mail": "secret.personne@exemple.org",
            "bf_tel": "06 12 34 56 78",
            "bf_note": "SECRET-NOTE",
            "bf_membres": "SECRET-MEMBRES",
            **more,
        }


SECRETS = ("SECRET", "secret.personne", "06 12 34", "0612345678", "bf_mail", "bf_tel", "bf_note", "bf_membres")
"""What the public never reads."""
