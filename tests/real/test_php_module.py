"""The stand-alone PHP module, from its zip, on MariaDB, PostgreSQL and SQLite: what a partner with a database does."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import sqlite3
import stat
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from lxml import etree

from tests.real import php
from tests.real.databases import DATABASE, Database, mariadb, postgresql
from tests.real.parts import need
from tests.terminal import ROOT, Terminal

EXAMPLE = ROOT / "plugins" / "php" / "example"
SHARED = 13  # the example has fourteen rows, one of them a draft
OAI = "{http://www.openarchives.org/OAI/2.0/}"
PV = "{https://partageons-vert.org/ns/pv/1.0}"
READER, PASSWORD = "lecture", "mot-de-passe-de-lecture"
# What the guide tells to type.
GRANTS = {
    "mariadb": "CREATE USER 'lecture'@'%' IDENTIFIED BY '{password}'; GRANT SELECT ON {database}.* TO 'lecture'@'%';",
    "postgresql": "CREATE USER lecture WITH PASSWORD '{password}'; GRANT CONNECT ON DATABASE {database} TO lecture;"
    " GRANT USAGE ON SCHEMA public TO lecture; GRANT SELECT ON ALL TABLES IN SCHEMA public TO lecture;",
}
GRANT = {name: text.format(password=PASSWORD, database=DATABASE) for name, text in GRANTS.items()}
Answer = tuple[int, dict[str, str], str]


class Base(Protocol):
    """A database of a partner."""

    kind: str
    dsn: str

    def sql(self, script: str) -> str: ...
    def stop(self) -> None: ...
    def start(self) -> None: ...


class File:
    """SQLite, as the servers are used."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dsn = f"sqlite:{path}"

    def sql(self, script: str) -> str:
        connection = sqlite3.connect(self.path)
        with connection:
            connection.executescript(script)
        connection.close()
        return ""

    def stop(self) -> None:
        self.path.rename(f"{self.path}.away")

    def start(self) -> None:
        Path(f"{self.path}.away").rename(self.path)


class Served:
    """A server, with an account that only reads."""

    def __init__(self, kind: str, server: Database) -> None:
        self.kind, self.server, self.dsn = kind, server, server.dsn
        self.sql, self.stop, self.start = server.sql, server.stop, server.start


class Module:
    """The module in a site, as the guide says: its folder there, its configuration above it, its state outside."""

    def __init__(self, folder: Path, archive: Path, dsn: str) -> None:
        self.host = f"127.0.0.1:{php.free_port()}"
        self.url = f"http://{self.host}/"
        self.door = f"{self.url}partageons/partageons.php"
        self.home, self.www = folder, folder / "www"
        self.state, self.config = folder / "partageons-etat.sqlite", self.www / "partageons-config.php"
        with zipfile.ZipFile(archive) as files:
            files.extractall(self.www)
        text = (EXAMPLE / "partageons-config.php").read_text(encoding="utf-8")
        for there, here in (
            ("https://www.exemple.fr/partageons/partageons.php", self.door),
            ("mysql:host=localhost;dbname=essai;charset=utf8mb4", dsn),
            ("à changer", PASSWORD),
            ("];\n", "    'refresh' => 0,\n    'rate' => 0,\n];\n"),
        ):
            assert there in text
            text = here.join(text.rsplit(there, 1))
        self.config.write_text(text, encoding="utf-8")
        line = re.search(r"<link [^>]*>", self.check()[1])
        assert line
        (self.www / "index.html").write_text(
            f"<!doctype html><html><head><title>Villes</title>{line[0]}</head><body>Bonjour</body></html>"
        )

    def change(self, *pairs: tuple[str, str]) -> None:
        """Edit the configuration, as a webmaster does: each text replaced by another."""
        text = self.config.read_text(encoding="utf-8")
        for there, here in pairs:
            assert there in text, there
            text = text.replace(there, here)
        self.config.write_text(text, encoding="utf-8")

    def add(self, *lines: str) -> None:
        """More lines in the configuration."""
        text = self.config.read_text(encoding="utf-8").rstrip().removesuffix("];")
        self.config.write_text(text + "".join(f"    {line}\n" for line in lines) + "];\n", encoding="utf-8")

    def check(self) -> tuple[int, str]:
        """The exit code of ``php partageons.php check``, and its report."""
        return self.type("check")

    def type(self, *arguments: str) -> tuple[int, str]:
        """The exit code of a command, and what it prints."""
        done = subprocess.run(
            ["php", "partageons.php", *arguments],
            cwd=self.www / "partageons",
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "PHP " not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def served(self) -> Iterator[Module]:
        with php.serving(self.www, self.host, self.url):
            yield self

    def get(self, query: str, **options: Any) -> Answer:
        """Status, headers in lower case, body."""
        request = urllib.request.Request(f"{self.door}{'?' if query else ''}{query}", **options)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read().decode()

    def oai(self, query: str) -> etree._Element:
        status, headers, body = self.get(query)
        assert (status, headers["content-type"]) == (200, "text/xml; charset=utf-8"), body
        assert headers["cache-control"] == "no-store" and "x-powered-by" not in headers
        return etree.fromstring(body.encode())

    def error(self, query: str) -> str:
        """The code of a protocol error."""
        found = self.oai(query).find(f"{OAI}error")
        assert found is not None, query
        return str(found.get("code"))

    def walk(self, verb: str = "ListRecords", more: str = "") -> list[etree._Element]:
        """The headers of ListIdentifiers or the records of ListRecords, page after page."""
        found: list[etree._Element] = []
        query = f"verb={verb}&metadataPrefix=pv{more}"
        while query:
            page = self.oai(query)
            error = page.find(f"{OAI}error")
            assert error is None or error.get("code") == "noRecordsMatch"
            found += page.iter(f"{OAI}record" if verb == "ListRecords" else f"{OAI}header")
            token = page.findtext(f".//{OAI}resumptionToken")
            query = f"verb={verb}&resumptionToken={token}" if token else ""
        return found

    def records(self) -> dict[str, dict[str, Any]]:
        """What is shared: id => texts of the elements, other fields under their names."""
        found = {}
        for record in self.walk():
            body = record.find(f".//{PV}record")
            if body is not None:
                said: dict[str, Any] = {}
                for element in body:
                    name = etree.QName(element).localname
                    if name == "source-field":
                        values = [each.text or each.get("label") for each in element]
                        said[f"fields.{element.get('name')}"] = values
                    else:
                        said.setdefault(name, []).append(element.text or dict(element.attrib))
                found[said["id"][0]] = said
        return found

    def gone(self) -> set[str]:
        """The ids of the tombstones."""
        deleted = [each for each in self.walk("ListIdentifiers") if each.get("status") == "deleted"]
        return {str(each.findtext(f"{OAI}identifier")).rpartition("/")[2] for each in deleted}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need(
        "php", php=("pdo_mysql", "pdo_pgsql", "pdo_sqlite", "xmlwriter"), why="php-cli php-mysql php-pgsql php-sqlite3"
    )
    build = runpy.run_path(str(ROOT / "scripts" / "plugins.py"))["build"]
    made: dict[str, Path] = build(tmp_path_factory.mktemp("dist"), plugins=("php",))
    return made["php"]


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[str], Served]]:
    """``servers("mariadb")``: started when it is first asked for."""
    started: dict[str, Served] = {}
    makers = {"mariadb": mariadb, "postgresql": postgresql}
    contexts = []

    def server(kind: str) -> Served:
        if kind not in started:
            contexts.append(makers[kind]())
            started[kind] = Served(kind, contexts[-1].__enter__())
            started[kind].sql(GRANT[kind].partition(";")[0] + ";")
        return started[kind]

    yield server
    for context in contexts:
        context.__exit__(None, None, None)


EMPTY = {
    "mariadb": f"DROP DATABASE {DATABASE}; CREATE DATABASE {DATABASE}; USE {DATABASE};",
    "postgresql": "DROP SCHEMA public CASCADE; CREATE SCHEMA public;",
    "sqlite": "",
}


@pytest.fixture
def new_base(servers: Callable[[str], Served], tmp_path: Path) -> Callable[[str], Base]:
    """The example's database, on a server of this kind."""

    def make(kind: str) -> Base:
        base: Base = File(tmp_path / "base.sqlite") if kind == "sqlite" else servers(kind)
        tables = (EXAMPLE / f"tables.{kind}.sql").read_text(encoding="utf-8")
        rows = (EXAMPLE / "fiches.sql").read_text(encoding="utf-8")
        grant = GRANT.get(kind, "").partition(";")[2]
        base.sql(EMPTY[kind] + tables + rows + grant)
        return base

    return make


@pytest.fixture(params=["mariadb", "postgresql", "sqlite"])
def base(request: pytest.FixtureRequest, new_base: Callable[[str], Base]) -> Base:
    return new_base(request.param)


@pytest.fixture
def module(base: Base, archive: Path, tmp_path: Path) -> Iterator[Module]:
    with Module(tmp_path, archive, base.dsn).served() as running:
        yield running


@pytest.fixture
def on_sqlite(new_base: Callable[[str], Base], archive: Path, tmp_path: Path) -> Iterator[tuple[Module, Base]]:
    base = new_base("sqlite")
    with Module(tmp_path, archive, base.dsn).served() as running:
        yield running, base


def test_what_is_shared(module: Module, base: Base) -> None:
    code, said = module.check()
    assert code == 0, said
    assert "Tout est prêt." in said and "Position (0, 0), 1 fiche" in said and "Lyon (Rhône)" in said
    assert "index" not in said.replace("index.html", "") and "peut écrire" not in said, said
    assert str(base.kind[:2]) in said
    found = module.records()
    assert len(found) == SHARED and "9" not in found
    lyon = found["1"]
    assert lyon["title"] == ["Restaurer les mares du parc de la Tête d'Or"]
    assert lyon["theme"] == ["Trame verte et bleue", "Zones humides", "Nature en ville"]
    assert lyon["place-text"] == ["Lyon (Rhône)"] and lyon["point"] == [{"lon": "4.8555", "lat": "45.7772"}]
    assert lyon["url"] == ["https://www.exemple.fr/initiatives/1"]
    assert lyon["image"] == [{"url": "https://www.exemple.fr/images/2019/mares-lyon.jpg"}]
    assert (lyon["created"], lyon["modified"]) == (["2021-12-06T08:15:00Z"], ["2024-07-14T16:30:00Z"])
    assert lyon["type"] == ["Retour d'expérience"] and lyon["licence"] == ["Licence Ouverte 2.0"]
    assert lyon["fields.porteur"] == ["Ville de Lyon"] and lyon["fields.budget"] == ["48 000 € TTC"]
    assert lyon["fields.partenaires"][1] == "Métropole de Lyon" and lyon["fields.date_fin"] == ["2021-11-30"]
    assert found["7"]["title"] == ["Prairies à papillons sur les talus"]
    assert "point" not in found["8"] and found["8"]["place-text"] == ["La Rochelle"]
    assert "modified" not in found["3"] and found["12"]["abstract"][0].startswith("Un composteur & un « maître")
    assert found["10"]["modified"] == ["2019-03-31T01:30:00Z"]  # an hour that did not exist
    body = module.get("verb=ListRecords&metadataPrefix=pv")[2]
    assert "@exemple.fr" not in body and "06 12" not in body and "rouillon" not in body
    assert stat.S_IMODE(module.state.stat().st_mode) == 0o600


def test_from_the_database_to_the_showcase(module: Module, base: Base) -> None:
    """Its home page's address is enough; every field of the record is found; what changes later follows."""
    (module.home / "bridge").mkdir()
    bridge = Terminal(module.home / "bridge", hosts=(module.host,))
    bridge("init", ".")
    said = bridge("add", module.url, "--id", "villes")
    assert "annonce un flux OAI-PMH" in said, said
    (summary,) = bridge.json("harvest")
    assert (summary["complete"], summary["seen"], summary["created"]) == (True, SHARED, SHARED), summary
    with bridge.serve("--no-refresh") as served:
        (lyon,) = searched(served.url, "Lyon", 1)
        assert lyon["title"] == "Restaurer les mares du parc de la Tête d'Or"
        assert lyon["abstract"].startswith("Onze mares reliées") and lyon["type"] == "r-retour-experience"
        assert sorted(lyon["themes"]) == ["t-nature-ville", "t-tvb", "t-zones-humides"]
        assert lyon["territories"] == ["commune/69123"] and lyon["point"]["lat"] == 45.7772
        assert [each["name"] for each in lyon["leads"]] == ["Ville de Lyon"]
        assert lyon["department"] == "Direction des espaces verts"
        assert [each["name"] for each in lyon["partners"]][:2] == [
            "Association des mares du Rhône",
            "Métropole de Lyon",
        ]
        assert (lyon["budget"]["value"], lyon["budget"]["tax"]) == (48000.0, "TTC")
        assert lyon["period"] == "2019-03-01/2021-11-30" and lyon["licence"] == "etalab-2.0"
        assert lyon["image"]["url"].endswith("/images/2019/mares-lyon.jpg")
        assert lyon["url"] == "https://www.exemple.fr/initiatives/1" and lyon["modified"] == "2024-07-14T16:30:00Z"

        base.sql(CHANGES)
        (summary,) = bridge.json("harvest")
        assert (summary["complete"], summary["created"]) == (True, 1), summary
        events = sorted(kind for kind, _ in summary["events"])
        assert events == ["changed", "changed", "created", "withdrawn", "withdrawn"]
        (lyon,) = searched(served.url, "Villeurbanne", 1)
        assert lyon["budget_text"] == "52 000 €"
        assert searched(served.url, "lombric", 0) == searched(served.url, "martinets", 0) == []


def searched(url: str, words: str, count: int) -> list[dict[str, Any]]:
    """The records that the bridge finds, once it finds this many."""
    found: dict[str, Any] = {}
    for _ in range(50):
        with urllib.request.urlopen(f"{url}api/v1/records?q={words}", timeout=30) as answer:
            found = json.load(answer)
        if found["total"] == count:
            break
        time.sleep(0.1)
    assert found["total"] == count, words
    return list(found["records"])


CHANGES = """
UPDATE initiatives SET commune = 'Villeurbanne', budget = '52 000 €' WHERE id = 1;
UPDATE themes SET nom = 'Sols' WHERE id = 8;
UPDATE initiatives SET publie = 1, commune = 'Dunkerque' WHERE id = 9;
DELETE FROM initiative_theme WHERE initiative_id = 12;
DELETE FROM initiatives WHERE id = 12;
UPDATE initiatives SET publie = 0 WHERE id = 13;
"""


def test_changes_and_tombstones(module: Module, base: Base) -> None:
    before = {
        each.findtext(f"{OAI}identifier"): each.findtext(f"{OAI}datestamp") for each in module.walk("ListIdentifiers")
    }
    assert len(before) == SHARED and not module.gone()
    time.sleep(1.1)
    base.sql(CHANGES)
    changed = module.walk("ListIdentifiers", f"&from={max(filter(None, before.values()))[:-1]}Z")
    at = {str(each.findtext(f"{OAI}identifier")).rpartition("/")[2]: each for each in module.walk("ListIdentifiers")}
    newer = {id for id, each in at.items() if each.findtext(f"{OAI}datestamp") != max(filter(None, before.values()))}
    assert newer == {"1", "2", "9", "12", "13"} and len(changed) == len(at)
    assert module.gone() == {"12", "13"}
    assert module.records()["2"]["theme"] == ["Éducation à la nature", "Sols"]
    base.sql("UPDATE initiatives SET publie = 1 WHERE id = 13;")
    assert module.gone() == {"12"} and "13" in module.records()


def test_a_server_that_starts_again_remembers(base: Base, archive: Path, tmp_path: Path) -> None:
    module = Module(tmp_path, archive, base.dsn)
    with module.served():
        module.walk("ListIdentifiers")
        base.sql("DELETE FROM initiatives WHERE id = 4;")
        assert module.gone() == {"4"}
        page = module.oai("verb=Identify")
    with module.served():
        assert module.gone() == {"4"}
        assert module.oai("verb=Identify").findtext(f".//{OAI}earliestDatestamp") == page.findtext(
            f".//{OAI}earliestDatestamp"
        )


def test_a_database_that_goes_away(module: Module, base: Base) -> None:
    module.walk("ListIdentifiers")
    base.stop()
    try:
        for query in ("verb=Identify", "verb=ListRecords&metadataPrefix=pv", "verb=ListSets", ""):
            status, headers, body = module.get(query)
            assert (status, headers["retry-after"]) == (503, "60"), query
            assert headers["content-type"] == "text/plain; charset=utf-8"
            for secret in (READER, PASSWORD, DATABASE, "SQL", "PDO", "sqlite", "127.0.0.1", str(module.home)):
                assert secret not in body, body
        log = (module.home / "php.log").read_text(errors="replace")
        assert "Unavailable" in log and PASSWORD not in log
        code, said = module.check()
        assert code == 1 and "La base ne répond pas" in said and PASSWORD not in said
    finally:
        base.start()
    assert len(module.records()) == SHARED and not module.gone()
    base.sql("ALTER TABLE initiatives RENAME TO autres;")
    assert module.get("verb=ListIdentifiers&metadataPrefix=pv")[0] == 503
    base.sql("ALTER TABLE autres RENAME TO initiatives;")
    assert not module.gone()


@pytest.mark.parametrize(
    "query",
    [
        *(
            "verb=GetRecord&metadataPrefix=pv&identifier=oai:{node}:partageons/" + end
            for end in (
                *(
                    "1%27",
                    "1%20OR%201=1",
                    "1%27%20OR%20%271%27=%271",
                    "1;DROP%20TABLE%20initiatives",
                    "01",
                    "1.0",
                    "+1",
                    "0x1",
                ),
                *("1e0", "%00", "99999999999999999999", "2147483648", "-1", "abc", "9", "../1", "%E2%80%A81", "1%25"),
            )
        ),
        "verb=ListRecords&metadataPrefix=pv&set=initiatives%27--",
        "verb=ListRecords&metadataPrefix=pv%27&from=2020-01-01",
        "verb=ListRecords&metadataPrefix=pv&from=2020-01-01%27",
        "verb=ListRecords&resumptionToken=%27%20OR%201=1",
        "verb=ListRecords&metadataPrefix=pv&where=1",
        "verb[]=Identify",
        "check=",
        "check[]=x",
        "",
    ],
)
def test_what_visitors_may_try(on_sqlite: tuple[Module, Base], query: str) -> None:
    module, _ = on_sqlite
    assert module.error(query.format(node="x-127.x-0.x-0.x-1.invalid"))


def test_what_visitors_may_try_on_each_database(module: Module) -> None:
    assert (
        module.oai("verb=GetRecord&metadataPrefix=pv&identifier=oai:x-127.x-0.x-0.x-1.invalid:partageons/1").find(
            f".//{PV}id"
        )
        is not None
    )
    for end in ("1%27", "1%20OR%201=1", "01", "99999999999999999999", "2147483648", "-1", "abc", "9", "1%0A"):
        assert module.error(
            f"verb=GetRecord&metadataPrefix=pv&identifier=oai:x-127.x-0.x-0.x-1.invalid:partageons/{end}"
        )
    token = module.walk("ListIdentifiers")
    assert len(token) == SHARED


def test_get_and_post_only(on_sqlite: tuple[Module, Base]) -> None:
    module, _ = on_sqlite
    assert module.error("") == "badVerb"
    status, headers, body = module.get("", headers={"Accept": "text/html"})
    assert (status, headers["content-type"]) == (200, "text/xml; charset=utf-8") and "badVerb" in body
    assert "Identify>" in module.get("", data=b"verb=Identify")[2]
    assert module.get("verb=Identify", method="PUT", data=b"x")[0] == 405
    assert module.get("verb=Identify", method="HEAD")[2] == ""
    assert module.get("", data=b"verb=" + b"x" * 70000)[0] == 413


def test_pages_are_valid(on_sqlite: tuple[Module, Base]) -> None:
    module, _ = on_sqlite
    schema = etree.XMLSchema(etree.parse(ROOT / "plugins" / "pv.xsd"))
    for record in module.walk():
        body = record.find(f".//{PV}record")
        assert body is not None
        schema.assertValid(etree.fromstring(etree.tostring(body)))


def test_personal_data_never_leaves(on_sqlite: tuple[Module, Base]) -> None:
    module, base = on_sqlite
    module.change(("        'objectifs' =>", "        'courriel_referent',\n        'objectifs' =>"))
    body = module.get("verb=ListRecords&metadataPrefix=pv")[2]
    assert "courriel" not in body and "@exemple.fr" not in body
    said = module.check()[1]
    assert "« courriel_referent » n'est pas partagé" in said
    module.add("'personal' => ['courriel_referent'],")
    base.sql("UPDATE initiatives SET courriel_referent = 'Maison du parc' WHERE id = 2;")
    base.sql("UPDATE initiatives SET courriel_referent = '+33 (0)6 12 34 56 78' WHERE id = 4;")
    base.sql("UPDATE initiatives SET objectifs = 'mailto:a.b@exemple.fr' WHERE id = 5;")
    found = module.records()
    assert [id for id, each in found.items() if "fields.courriel_referent" in each] == ["2"]
    assert "fields.objectifs" not in found["5"]
    body = module.get("verb=ListRecords&metadataPrefix=pv")[2]
    assert "@exemple.fr" not in body and "34 56 78" not in body
    said = module.check()[1]
    assert "« courriel_referent » contient des courriels ou des téléphones (3)" in said, said


WORDS = "L’œuvre d’été à 5 €"


@pytest.mark.parametrize("way", ["declared", "hidden", "file", "sql_ascii", "latin9"])
def test_old_encodings(
    way: str, new_base: Callable[[str], Base], servers: Callable[[str], Served], archive: Path, tmp_path: Path
) -> None:
    kind = {"declared": "mariadb", "hidden": "mariadb", "file": "sqlite"}.get(way, "postgresql")
    base = new_base(kind)
    dsn, encoding = base.dsn, ""
    codes = WORDS.encode(
        "utf-8" if way == "hidden" else "iso-8859-15" if way == "latin9" else "cp1252", "replace"
    ).hex()
    if kind == "mariadb":
        base.sql("ALTER TABLE initiatives CONVERT TO CHARACTER SET latin1;")
        base.sql(f"UPDATE initiatives SET titre = CONVERT(0x{codes} USING latin1) WHERE id = 1;")
        if way == "hidden":  # UTF-8 that a program stored in columns declared latin1
            dsn = dsn.replace("utf8mb4", "latin1")
    elif kind == "sqlite":
        base.sql(f"UPDATE initiatives SET titre = CAST(x'{codes}' AS TEXT) WHERE id = 1;")
        encoding = "Windows-1252"
    else:
        server = servers("postgresql").server
        code = "SQL_ASCII" if way == "sql_ascii" else "LATIN9"
        server.sql("DROP DATABASE IF EXISTS ancienne;")
        server.sql(f"CREATE DATABASE ancienne ENCODING '{code}' LOCALE 'C' TEMPLATE template0;")
        tables = (EXAMPLE / "tables.postgresql.sql").read_text(encoding="ascii", errors="ignore")
        row = f"INSERT INTO initiatives (id, titre, publie) VALUES (1, convert_from('\\x{codes}', '{code}'), 1);"
        grant = GRANT["postgresql"].partition(";")[2].replace(DATABASE, "ancienne")
        server.sql(tables + row + grant, "ancienne")
        dsn, encoding = (
            dsn.replace(f"dbname={DATABASE}", "dbname=ancienne"),
            "Windows-1252" if way == "sql_ascii" else "",
        )
    module = Module(tmp_path, archive, dsn)
    if encoding:
        module.add(f"'encoding' => '{encoding}',")
    with module.served():
        wanted = WORDS.replace("’", "?") if way == "latin9" else WORDS
        assert module.records()["1"]["title"] == [wanted]


def test_names_of_personal_data() -> None:
    """By words, whatever joins them: « tel » is a telephone, « hôtel » is not."""
    named = [
        "courriel_referent",
        "E-mail",
        "telFixe",
        "tel_2",
        "Téléphone",
        "created_by_user",
        "motDePasse",
        "Mot de passe",
    ]
    named += ["contact", "prenom", "Prénom du porteur", "user_id", "auteur_fiche", "date_naissance", "Rédacteur"]
    free = [
        "hotel",
        "porteur",
        "passes_a_poissons",
        "contactless",
        "mobilier",
        "intitulé",
        "auteurisation",
        "ipbes",
        "titre",
    ]
    code = (
        "array_map(fn($name) => Partageons\\Core\\PersonalData::named($name), json_decode(stream_get_contents(STDIN)))"
    )
    assert php_value(code, json.dumps(named + free)) == [True] * len(named) + [False] * len(free)
    values = [
        "a.b@exemple.fr",
        "<a@exemple.fr>",
        "mailto:a@b.fr",
        "06 12 34 56 78",
        "+33 (0)6.12.34.56.78",
        "01-23-45-67-89",
    ]
    kept = [
        "48 000 €",
        "2024-05-06",
        "69003",
        "écrire à a@b.fr",
        "45.7772",
        "0",
        "784 671 695 00103",
        "0 800 m",
        "@commune",
    ]
    code = code.replace("named($name)", "never($name)")
    assert php_value(code, json.dumps(values + kept)) == [True] * len(values) + [False] * len(kept)


def test_local_times() -> None:
    """UTC instants from what databases hold; the example's are those of Paris."""
    cases = {
        "2024-07-14 18:30:00": "2024-07-14T16:30:00Z",
        "2024-01-14 18:30": "2024-01-14T17:30:00Z",
        "2024-01-14": "2024-01-13T23:00:00Z",
        "2024-07-14 18:30:00.123456": "2024-07-14T16:30:00Z",
        "2024-07-14 18:30:00+00": "2024-07-14T18:30:00Z",
        "2024-07-14 18:30:00.5-03:30": "2024-07-14T22:00:00Z",
        "2024-07-14T18:30:00Z": "2024-07-14T18:30:00Z",
        "14/07/2024": "2024-07-13T22:00:00Z",
        "14/07/2024 à 18h30": "2024-07-14T16:30:00Z",
        "20240714": "2024-07-13T22:00:00Z",
        "20240714183000": "2024-07-14T16:30:00Z",
        "1720974600": "2024-07-14T16:30:00Z",
        **dict.fromkeys(
            ("", "0", "0000-00-00", "0000-00-00 00:00:00", "2024-02-30", "2024-13-01 10:00:00", "hier"), ""
        ),
        **dict.fromkeys(("2024-07-14 25:00:00", "2024-07-14 10:61:00", "12", "2024-07-14 10:00:00; DROP"), ""),
    }
    code = (
        f"require '{ROOT}/plugins/php/autoload.php'; $zone = new DateTimeZone('Europe/Paris');"
        "foreach (json_decode(stream_get_contents(STDIN)) as $one)"
        " $all[] = Partageons\\Module\\Texts::instant($one, $zone); echo json_encode($all);"
    )
    need("php", why="php-cli")
    assert dict(zip(cases, json.loads(php.run("-r", code, typed=json.dumps(list(cases)))), strict=True)) == cases


def test_times_of_postgresql(new_base: Callable[[str], Base], archive: Path, tmp_path: Path) -> None:
    base = new_base("postgresql")
    base.sql(
        "ALTER TABLE initiatives ALTER modifie_le TYPE timestamptz USING modifie_le AT TIME ZONE 'America/Cayenne';"
    )
    with Module(tmp_path, archive, base.dsn).served() as module:
        assert module.records()["1"]["modified"] == ["2024-07-14T21:30:00Z"]


def test_zero_dates_of_mariadb(new_base: Callable[[str], Base], archive: Path, tmp_path: Path) -> None:
    base = new_base("mariadb")
    base.sql("SET sql_mode = ''; UPDATE initiatives SET modifie_le = '0000-00-00 00:00:00', date_fin = '0000-00-00';")
    with Module(tmp_path, archive, base.dsn).served() as module:
        found = module.records()
        assert len(found) == SHARED and not any(
            "modified" in each or "fields.date_fin" in each for each in found.values()
        )
        assert "illisible" not in module.check()[1]


QUERY = """
    'query' => "SELECT code, intitule, corps, retire_le, photo FROM fiches_vues",
    'id' => 'code',
    'ids' => '/^[a-z]+-[0-9]+$/D',
    'deleted' => 'retire_le',
    'record' => ['title' => 'intitule', 'content' => 'corps', 'documents' => 'photo'],
    'columns' => ['intitule' => ['label' => 'Encore']],
    'terms' => ['keywords' => ['table' => 'mots', 'text' => 'mot', 'from' => 'fiche'],
        'liens' => ['table' => 'mots', 'text' => 'mot', 'from' => 'fiche', 'label' => 'Liens', 'type' => 'url']],
"""
FICHES = """
CREATE TABLE fiches_vues (code VARCHAR(40), intitule VARCHAR(90), corps TEXT, retire_le VARCHAR(20), photo VARCHAR(90));
CREATE TABLE mots (fiche VARCHAR(40), mot VARCHAR(60));
INSERT INTO fiches_vues VALUES
    ('mare-1', 'La mare', 'Un <b>texte</b><script>alert(1)</script>', NULL, 'https://a.exemple.fr/a.pdf;javascript:x'),
    ('mare-1', 'La mare', 'x', NULL, NULL), ('mare-2', 'Avec & sans < signes', 'Une ligne.', '', NULL),
    ('mare-3', 'Retirée', 'x', '2020-01-01', NULL), ('mare-4', 'Pas encore', 'x', '0', NULL),
    ('mare-5', '  ', 'x', NULL, NULL), ('Mare-6', 'Autre casse', 'x', NULL, NULL),
    ('a''b', 'Apostrophe', 'x', NULL, NULL), (NULL, 'Sans code', 'x', NULL, NULL);
INSERT INTO mots VALUES ('mare-1', 'eau'), ('mare-1', 'a@exemple.fr'), ('mare-1', 'eau'), ('mare-2', '');
"""


def test_a_query_with_ids_of_letters(base: Base, archive: Path, tmp_path: Path) -> None:
    base.sql(FICHES + GRANT.get(base.kind, "").partition(";")[2])
    with Module(tmp_path, archive, base.dsn).served() as module:
        text = module.config.read_text(encoding="utf-8")
        start, end = text.index("    'table' =>"), text.index("    'defaults' =>")
        module.config.write_text(text[:start] + QUERY + text[end:], encoding="utf-8")
        found = module.records()
        assert sorted(found) == ["mare-1", "mare-2", "mare-4"]
        mare = found["mare-1"]
        assert mare["content"] in (["Un <b>texte</b>"], ["<p>x</p>"]) and mare["keyword"] == ["eau"]
        assert found["mare-2"]["title"] == ["Avec & sans < signes"] and found["mare-2"]["content"] == [
            "<p>Une ligne.</p>"
        ]
        assert "Identifiant répété, 1 ligne" in module.check()[1]
        assert "fields.liens" not in mare and mare["fields.intitule"] == mare["title"]
        base.sql("DELETE FROM fiches_vues WHERE code = 'mare-1' AND corps = 'x';")
        assert module.records()["mare-1"]["document"] == [{"url": "https://a.exemple.fr/a.pdf"}]
        base.sql("UPDATE fiches_vues SET retire_le = '2024-05-05' WHERE code = 'mare-2';")
        assert module.gone() == {"mare-2"}
        assert module.error(
            "verb=GetRecord&metadataPrefix=pv&identifier=oai:x-127.x-0.x-0.x-1.invalid:partageons/mare-3"
        )
        said = module.check()[1]
        assert (
            "Identifiant répété, 1 ligne" not in said
            and "Sans titre, 1 fiche" in said
            and "« mots » n'a pas d'index" in said
        ), said


def test_uuids_of_postgresql(new_base: Callable[[str], Base], archive: Path, tmp_path: Path) -> None:
    base = new_base("postgresql")
    base.sql(
        "DELETE FROM initiative_theme; ALTER TABLE initiatives ALTER id TYPE uuid"
        " USING ('00000000-0000-0000-0000-' || lpad(id::text, 12, '0'))::uuid;"
        "ALTER TABLE initiative_theme ALTER initiative_id TYPE uuid USING NULL::uuid;"
    )
    with Module(tmp_path, archive, base.dsn).served() as module:
        assert "00000000-0000-0000-0000-000000000001" in module.records()
        assert module.error("verb=GetRecord&metadataPrefix=pv&identifier=oai:x-127.x-0.x-0.x-1.invalid:partageons/12")


@pytest.mark.parametrize(
    ("there", "here", "said"),
    [
        ("'id' => 'id',", "'id' => 'id', 'identifiant' => 'x',", "« identifiant » n'est pas une clé"),
        ("    'id' => 'id',\n", "", "« id » manque"),
        ("'where' => 'publie = 1'", "'where' => 1", "« where » doit être un texte"),
        ("'where' => 'publie = 1'", "'where' => '1=1; DROP TABLE initiatives'", "point-virgule"),
        ("'table' => 'initiatives'", "'table' => 'initiatives; DROP'", "n'est pas un nom de table"),
        ("'table' => 'initiatives'", "'query' => 'DELETE FROM initiatives'", "doit commencer par SELECT"),
        ("'table' => 'initiatives',", "", "« table » ou « query »"),
        ("'title' => 'titre',", "", "le titre"),
        ("'title' => 'titre'", "'title' => 'ti\"tre'", "n'est pas un nom de colonne"),
        ("'title' => 'titre'", "'titre' => 'titre'", "« titre » n'existe pas"),
        ("'type' => 'date'", "'type' => 'jour'", "« type » est un de"),
        ("'refresh' => 0", "'refresh' => -1", "un nombre"),
        ("'refresh' => 0", "'timezone' => 'Paris'", "fuseau horaire"),
        ("'refresh' => 0", "'encoding' => 'latin'", "« encoding » doit être"),
        ("'refresh' => 0", "'ids' => '[0-9'", "expression régulière"),
        ("'refresh' => 0", "'check' => 'court'", "seize caractères"),
        ("'contact@exemple.fr'", "'contact'", "« email »"),
        ("sqlite:", "oci:", "« dsn » doit commencer"),
        ("'to' => 'theme_id'", "'vers' => 'theme_id'", "seuls table, text"),
        ("'licence' =>", "'budget' =>", "« defaults »"),
        ("return [", "return [[", "pas du PHP valable"),
        ("return [", "$x = [", "return [ … ]"),
        ("return [", "exit_now(); return [", "pas du PHP valable"),
    ],
)
def test_what_may_be_wrong_in_the_configuration(
    on_sqlite: tuple[Module, Base], there: str, here: str, said: str
) -> None:
    module, _ = on_sqlite
    module.change((there, here))
    code, report = module.check()
    assert code == 1 and said in report, report
    status, headers, body = module.get("verb=Identify")
    assert status == 503 and "retry-after" in headers and said not in body and "initiatives" not in body


def test_what_the_check_warns_of(base: Base, archive: Path, tmp_path: Path) -> None:
    module = Module(tmp_path, archive, base.dsn)
    assert not module.state.exists()
    base.sql("UPDATE initiatives SET resume = NULL WHERE id IN (1, 2); UPDATE initiatives SET titre = '' WHERE id = 3;")
    base.sql("UPDATE initiatives SET titre = 'La forÃªt et l\u2019Ã©tang' WHERE id = 4;")
    base.sql("CREATE TABLE copie AS SELECT * FROM initiatives;" + GRANT.get(base.kind, "").partition(";")[2])
    module.change(
        ("'table' => 'initiatives'", "'table' => 'copie'"), ("        'licence' => 'Licence Ouverte 2.0',\n", "")
    )
    module.change(("dirname(__DIR__) . '/partageons-etat.sqlite'", "__DIR__ . '/partageons-etat.sqlite'"))
    code, said = module.check()
    assert code == 0
    for words in (
        *(
            "« id » de « copie » n'a pas d'index",
            "Sans résumé, 2 fiches",
            "Sans licence, 12 fiches",
            "Sans titre, 1 fiche",
        ),
        *("Accents abîmés, 1 fiche", "(0, 0), 1 fiche", "dans le dossier du site", "préférez https"),
    ):
        assert words in said, said
    assert "peut écrire" not in said and '<link rel="alternate" type="text/xml" title="OAI-PMH"' in said
    if base.kind != "sqlite":
        grant = (
            "GRANT INSERT ON essai.copie TO 'lecture'@'%';"
            if base.kind == "mariadb"
            else "GRANT INSERT ON copie TO lecture;"
        )
        base.sql(grant)
        assert "peut écrire" in module.check()[1]
        base.sql(grant.replace("GRANT", "REVOKE").replace(" TO ", " FROM "))
    module.change(("'title' => 'titre'", "'title' => 'intitule'"), ("'text' => 'nom'", "'text' => 'libelle'"))
    code, said = module.check()
    assert code == 1 and "« intitule » ne peut pas être lue" in said and "« libelle » ne peut pas être lue" in said
    module.change(("publie = 1", "publie = 7"), ("'intitule'", "'titre'"), ("'libelle'", "'nom'"))
    code, said = module.check()
    assert code == 1 and "Aucune fiche n'est partagée" in said
    module.change(("/partageons-etat", "/nulle-part/partageons-etat"))
    assert "n'existe pas" in module.check()[1]
    assert PASSWORD not in said


def test_the_check_in_a_browser(on_sqlite: tuple[Module, Base]) -> None:
    module, _ = on_sqlite
    assert module.error("check=") == "badVerb"
    module.add("'check' => 'seize-caracteres-ou-plus',")
    assert module.error("check=seize-caracteres-ou-moins") == "badVerb"
    assert module.error("check[]=seize-caracteres-ou-plus") == "badVerb"
    status, headers, body = module.get("check=seize-caracteres-ou-plus")
    assert status == 200 and headers["content-type"] == "text/plain; charset=utf-8" and "Tout est prêt" in body
    assert headers["cache-control"] == "no-store" and headers["x-robots-tag"] == "noindex"


def test_one_visitor_does_not_wear_the_database_out(on_sqlite: tuple[Module, Base]) -> None:
    module, _ = on_sqlite
    module.change(("'rate' => 0", "'rate' => 5"))
    statuses = [module.get("verb=Identify")[0] for _ in range(12)]
    assert statuses[:5] == [200] * 5 and statuses.count(503) >= 2
    module.change(("'rate' => 5", "'rate' => 0"))
    assert module.get("verb=Identify")[0] == 200


def test_nothing_is_given_but_the_feed(on_sqlite: tuple[Module, Base]) -> None:
    module, _ = on_sqlite
    with urllib.request.urlopen(f"{module.url}partageons-config.php") as answer:
        assert answer.read() == b""
    for path in ("src/Config.php", "src/Check.php", "core/src/Oai.php", "partageons-config.example.php"):
        with urllib.request.urlopen(f"{module.url}partageons/{path}") as answer:
            assert answer.read() == b"", path
    module.config.write_text("\ufeff" + module.config.read_text(encoding="utf-8"), encoding="utf-8")
    assert module.get("verb=Identify")[2].startswith("<?xml")


def test_a_state_that_cannot_be_kept(on_sqlite: tuple[Module, Base]) -> None:
    module, _ = on_sqlite
    assert len(module.walk("ListIdentifiers")) == SHARED
    module.state.write_bytes(b"ceci n'est pas une base" * 100)
    status, _, body = module.get("verb=Identify")
    assert status == 503 and "etat" not in body
    module.state.unlink()
    assert len(module.walk("ListIdentifiers")) == SHARED and not module.gone()


def test_another_configuration_is_told(on_sqlite: tuple[Module, Base]) -> None:
    """What is shared changes with the configuration, whatever `refresh` says."""
    module, _ = on_sqlite
    module.change(("'refresh' => 0", "'refresh' => 3600"))
    assert "fields.budget" in module.records()["1"]
    at = max(str(each.findtext(f"{OAI}datestamp")) for each in module.walk("ListIdentifiers"))
    time.sleep(1.1)
    module.change(("        'budget' => ['label' => 'Budget'],\n", ""))
    assert "fields.budget" not in module.records()["1"]
    changed = [each for each in module.walk("ListIdentifiers") if str(each.findtext(f"{OAI}datestamp")) > at]
    assert len(changed) == SHARED
    module.change(("publie = 1", "publie = 1 AND id < 5"))
    assert len(module.gone()) == SHARED - 4


MANY = """
INSERT INTO initiatives
    (id, titre, resume, objectifs, commune, departement, latitude, longitude, porteur, publie, modifie_le)
SELECT 1000 + n, CONCAT('Fiche numéro ', n), REPEAT('Une phrase de résumé. ', 8), REPEAT('Un objectif. ', 10),
    'Lyon', 'Rhône', 45.7 + n / 100000.0, 4.8, 'Ville de Lyon', 1, '2024-01-01 10:00:00' FROM ({numbers}) AS nombres;
INSERT INTO initiative_theme SELECT id, 1 + id % 10 FROM initiatives WHERE id > 1000;
"""
NUMBERS = {
    "mariadb": "SELECT seq AS n FROM seq_1_to_20000",
    "postgresql": "SELECT generate_series(1, 20000) AS n",
}


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
def test_twenty_thousand_rows(
    kind: str,
    new_base: Callable[[str], Base],
    archive: Path,
    tmp_path: Path,
) -> None:
    base = new_base(kind)
    base.sql(MANY.format(numbers=NUMBERS[kind]))
    with Module(tmp_path, archive, base.dsn).served() as module:
        module.change(("'refresh' => 0", "'refresh' => 3600"))
        began = time.monotonic()
        for _ in range(20):
            if module.get("verb=Identify")[0] == 200:
                break
        filled = time.monotonic() - began
        times = []
        query, seen = "verb=ListRecords&metadataPrefix=pv", 0
        for _ in range(20):
            began = time.monotonic()
            page = module.oai(query)
            times.append(time.monotonic() - began)
            seen += len(list(page.iter(f"{OAI}record")))
            query = f"verb=ListRecords&resumptionToken={page.findtext(f'.//{OAI}resumptionToken')}"
        assert seen == 2000
        assert filled < 60 and sorted(times)[10] < 2, (filled, times)
        module.change(("'refresh' => 3600", "'refresh' => 0"))
        began = time.monotonic()
        assert module.get("verb=Identify")[0] == 200
        assert time.monotonic() - began < 10  # a visitor waits for a part of a comparison, not for the whole


def test_joining_the_network(on_sqlite: tuple[Module, Base]) -> None:
    """Asked by the module, verified by the bridge, accepted by a person; then changes are told and come at once."""
    module, base = on_sqlite
    code, said = module.type("join", "https://pont.exemple.fr/")
    assert code == 1 and "dans un navigateur" in said
    module.walk("ListIdentifiers")
    port = php.free_port()
    (module.home / "bridge").mkdir()
    more = {"PARTAGEONS_BASE_URL": f"http://127.0.0.1:{port}/"}
    bridge = Terminal(module.home / "bridge", hosts=(module.host,), more=more)
    bridge("init", ".")
    with bridge.serve("--port", str(port)) as served:
        assert "demande est envoyée" in module.type("join", served.url)[1]
        for _ in range(100):
            said = module.type("join", served.url)[1]
            if "vérifié" in said:
                break
            time.sleep(0.2)
        assert "Une personne va l'accepter" in said, said
        (asked,) = bridge.json("pairing")
        assert asked["feed"] == module.door
        bridge("pairing", "--accept", asked["id"])
        assert "fait partie du réseau" in module.type("join", served.url)[1]
        assert "Le pont sait tout" in module.type("tell")[1]
        searched(served.url, "Lyon", 1)
        base.sql("UPDATE initiatives SET commune = 'Caluire-et-Cuire' WHERE id = 2;")
        assert "Le pont sait tout" in module.type("tell")[1]
        searched(served.url, "Caluire", 1)
    assert "Réseau : Ce site fait partie du réseau." in module.check()[1]
    assert module.type("tell", "plus")[0] == module.type()[0] == 2
    base.sql("UPDATE initiatives SET commune = 'Bron' WHERE id = 2;")
    assert "n'a pas pu être prévenu" in module.type("tell")[1]


GUIDE = ROOT / "docs" / "partenaire-php.md"


def php_value(code: str, typed: str = "") -> Any:
    """A PHP expression's value, with the module's classes at hand."""
    need("php", why="php-cli")
    return json.loads(
        php.run("-r", f"require '{ROOT}/plugins/php/autoload.php'; echo json_encode({code});", typed=typed)
    )


def codes_under(title: str) -> list[str]:
    """The first code of each row of the table under a heading of the guide."""
    text = GUIDE.read_text(encoding="utf-8").partition(f"\n{title}")[2].partition("\n#")[0]
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def test_the_guide_tells_each_key() -> None:
    constants = "Partageons\\Module\\ConfigFile::"
    assert codes_under("## La configuration") == list(php_value(f"{constants}KEYS"))
    assert codes_under("### `record`") == list(php_value(f"{constants}RECORD"))
    text = GUIDE.read_text(encoding="utf-8")
    for names in (php_value(f"{constants}TYPES"), php_value(f"{constants}DEFAULTS")):
        assert ", ".join(f"`{name}`" for name in names) in text
    assert text.split("\n## ")[1].startswith("« Je ne peux rien installer »")
    assert (
        php_value("(new Partageons\\Module\\Config())->refresh")
        == php_value("(new Partageons\\Module\\Config())->rate")
        == 300
    )
    assert text.count("300 par défaut") == 2


def test_the_guide_grants_what_the_tests_do() -> None:
    text = re.sub(r"\s+", " ", " ".join(re.findall(r"```sql\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)))
    for grant in GRANTS.values():
        assert grant.format(password="un mot de passe", database="ma_base") in text


def test_the_guide_shows_what_can_be_read(on_sqlite: tuple[Module, Base]) -> None:
    module, base = on_sqlite
    base.sql(
        "ALTER TABLE initiatives ADD structure_porteuse TEXT;"
        " CREATE TABLE photos (initiative_id INTEGER, adresse TEXT);"
    )
    base.sql("INSERT INTO photos VALUES (1, 'https://www.exemple.fr/a.jpg'), (1, 'https://www.exemple.fr/b.jpg');")
    columns, terms = re.findall(r"```php\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    text = module.config.read_text(encoding="utf-8")
    start, end = text.index("    'columns' =>"), text.index("    'defaults' =>")
    module.config.write_text(text[:start] + columns + terms + text[end:], encoding="utf-8")
    assert module.check()[0] == 0
    lyon = module.records()["1"]
    assert lyon["fields.photos"] == ["https://www.exemple.fr/a.jpg", "https://www.exemple.fr/b.jpg"]
    assert lyon["fields.budget"] and len(lyon["fields.partenaires"]) == 3 and len(lyon["theme"]) == 3


def test_the_configuration_to_fill_is_almost_ready(on_sqlite: tuple[Module, Base]) -> None:
    module, _ = on_sqlite
    shutil.copy(module.www / "partageons" / "partageons-config.example.php", module.config)
    code, said = module.check()
    assert code == 1 and "La base ne répond pas" in said, said
