"""A stand-in for YesWiki (``tests/yeswiki``), served by PHP, in which the extension is installed from its zip."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import requests
from lxml import etree

from tests.real import php
from tests.real.databases import DATABASE, Database
from tests.real.parts import need
from tests.terminal import ROOT

HERE = ROOT / "tests" / "yeswiki"
PARTS = "php-symfony-config php-symfony-dependency-injection php-symfony-event-dispatcher php-symfony-http-foundation "
PARTS += "php-symfony-http-kernel php-symfony-routing php-symfony-security-csrf php-symfony-yaml php-twig "
PARTS += "php-doctrine-annotations php-mysql php-sqlite3 php-xml php-intl php-mbstring phpunit"
LIBRARIES = ("Symfony/Component/DependencyInjection", "Symfony/Component/Security/Csrf", "Twig", "Doctrine/Common")
KEY = "cle-du-pont"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
PV = "{https://partageons-vert.org/ns/pv/1.0}"


def needed() -> None:
    """Skip the test, or fail it, unless all that a stand-in is made of is here."""
    need("php", "phpunit", php=("mysqli", "pdo_sqlite", "intl", "mbstring", "xmlwriter"), why=PARTS)
    for name in LIBRARIES:
        need(*(() if Path("/usr/share/php", name).is_dir() else (f"/usr/share/php/{name}",)), why=PARTS)


class Item(NamedTuple):
    """An entry of the feed."""

    deleted: bool
    datestamp: str
    text: str
    """The record as it is written; empty for what is gone."""


class Wiki:
    """A wiki in a folder.

    Attributes:
        url: its address, with a slash after it.
        base: what its own addresses begin with.
        door: the address of the feed.
    """

    def __init__(self, folder: Path, archive: Path, database: Database | None = None, rewrite: bool = False) -> None:
        needed()
        self.folder = folder / "wiki"
        self.host = f"127.0.0.1:{php.free_port()}"
        self.url = f"http://{self.host}/"
        self.base = self.url if rewrite else f"{self.url}?"
        self.door = f"{self.base}api/partageons/oai"
        for name in ("cache", "files", "custom", "tools"):
            (self.folder / name).mkdir(parents=True)
        self.config: dict[str, Any] = {
            "wakka_name": "Le wiki d'essai",
            "base_url": self.base,
            "rewrite_mode": "1" if rewrite else "0",
            "table_prefix": "yeswiki_",
            "api_allowed_keys": {"WikiAdmin": KEY},
            "partageons_forms": "",
        }
        if database is None:
            self.config["stand_in_sqlite"] = str(self.folder.parent / "base.sqlite")
        else:
            port = str(database.port)
            self.config |= {"mysql_host": f"127.0.0.1:{port}", "mysql_user": "root", "mysql_password": ""}
            self.config["mysql_database"] = DATABASE
        self.configure()
        self.code("YesWiki\\StandIn\\Tables::create($wiki);")
        self.install(archive)

    def install(self, archive: Path) -> None:
        """As its update page, or a person with FTP, does."""
        with zipfile.ZipFile(archive) as files:
            files.extractall(self.folder / "tools")

    def configure(self, **more: Any) -> None:
        """Parameters of ``wakka.config.php``."""
        self.config |= more
        text = json.dumps(self.config)
        (self.folder / "wakka.config.php").write_text(
            f"<?php\n$wakkaConfig = json_decode(<<<'JSON'\n{text}\nJSON\n, true);\n", encoding="utf-8"
        )

    def code(self, code: str, user: str = "") -> str:
        """What code prints that runs in the wiki, as that of another extension does; ``user`` is logged in."""
        return php.run(HERE / "code.php", self.folder, user, typed=USES + code)

    def form(self, id: int, label: str, *lines: str) -> None:
        """A form, whose lines may have less than sixteen parts."""
        form = php_array({"bn_id_nature": id, "bn_label_nature": label, "bn_template": "\n".join(lines)})
        self.code(f"$wiki->services->get(FormManager::class)->create({form});")

    def entry(self, form: int, source: str = "", **data: Any) -> str:
        """An entry, written as importers do; its tag."""
        given = php_array(data | {"antispam": 1})
        said = json.dumps(source) if source else "null"
        made = f"$wiki->services->get(EntryManager::class)->create('{form}', {given}, false, {said})"
        return self.code(f"echo {made}['id_fiche'];")

    def sql(self, query: str) -> None:
        """A query of somebody who has the database."""
        self.code(f"$wiki->services->get(DbService::class)->query({php_string(query)});")

    def told(self, code: str) -> list[str]:
        """The events that code made."""
        told = "echo json_encode(array_column($wiki->services->get(EventDispatcher::class)->told, 0));"
        found: list[str] = json.loads(self.code(f"{code}\n{told}", "WikiAdmin"))
        return found

    @contextmanager
    def served(self, **options: Any) -> Iterator[Wiki]:
        with php.serving(self.folder, self.host, f"{self.base}api/forms", HERE / "index.php", **options):
            yield self

    def get(self, asked: str, session: requests.Session | None = None, **options: Any) -> requests.Response:
        """The page of a tag, a handler, a route…: what follows ``base``."""
        return (session or requests.Session()).get(f"{self.base}{asked}", timeout=60, **options)

    def post(self, asked: str, session: requests.Session | None = None, **options: Any) -> requests.Response:
        return (session or requests.Session()).post(f"{self.base}{asked}", timeout=60, **options)

    def api(self, method: str, route: str, **options: Any) -> requests.Response:
        """With the key."""
        headers = {"Authorization": f"Bearer {KEY}", **options.pop("headers", {})}
        return requests.request(method, f"{self.base}api/{route}", headers=headers, timeout=60, **options)

    def logged(self, name: str = "WikiAdmin", password: str = "motdepasse") -> requests.Session:
        """A browser in which somebody is logged in."""
        session = requests.Session()
        answer = self.post("SeConnecter", session, data={"action": "login", "name": name, "password": password})
        assert "Déconnexion" in answer.text, answer.text
        return session

    def oai(self, asked: str, session: requests.Session | None = None, **options: Any) -> etree._Element:
        """An answer of the feed, which is XML and nothing else."""
        answer = (session or requests).get(
            f"{self.door}{'&' if '?' in self.door else '?'}{asked}", timeout=60, **options
        )
        assert answer.status_code == 200, f"{answer.status_code} {answer.text[:500]}"
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8", answer.headers
        return etree.fromstring(answer.content)

    def feed(self, session: requests.Session | None = None, more: str = "") -> dict[str, Item]:
        """Everything that is in it, by local id."""
        found: dict[str, Item] = {}
        asked = f"verb=ListRecords&metadataPrefix=pv{more}"
        while asked:
            page = self.oai(asked, session)
            error = page.find(f"{OAI}error")
            assert error is None or error.get("code") == "noRecordsMatch", etree.tostring(page)
            for record in page.iter(f"{OAI}record"):
                header = record.find(f"{OAI}header")
                body = record.find(f".//{PV}record")
                assert header is not None
                id = str(header.findtext(f"{OAI}identifier")).split(":", 2)[2]
                text = "" if body is None else etree.tostring(body, encoding="unicode")
                stamp = str(header.findtext(f"{OAI}datestamp"))
                found[id] = Item(header.get("status") == "deleted", stamp, text)
            token = page.findtext(f".//{OAI}resumptionToken")
            asked = f"verb=ListRecords&resumptionToken={quote_plus(token)}" if token else ""
        return found


USES = "".join(
    f"use YesWiki\\{name};\n"
    for name in (
        "Bazar\\Controller\\EntryController",
        "Bazar\\Service\\EntryManager",
        "Bazar\\Service\\FormManager",
        "Bazar\\Service\\ListManager",
        "Core\\Controller\\PageController",
        "Core\\Exception\\ExitException",
        "Core\\Service\\AclService",
        "Core\\Service\\DbService",
        "Core\\Service\\EventDispatcher",
        "Core\\Service\\PageManager",
        "Core\\Service\\TripleStore",
        "Partageons\\Service\\Parts",
    )
)


def php_string(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def php_array(data: dict[str, Any]) -> str:
    return f"json_decode({php_string(json.dumps(data))}, true)"


def phpunit(folder: Path, *arguments: str) -> None:
    """The PHPUnit tests of a folder pass."""
    needed()
    done = subprocess.run(
        ["phpunit", "--configuration", folder / "phpunit.xml", "--colors=never", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
