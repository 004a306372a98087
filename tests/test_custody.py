"""Nothing of a partner is kept that cannot be made again or unmade; what is secret stays so."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from faulty import SITES, Street, street
from web_server import WebServer

from bridge import undoing
from bridge.cli import main
from bridge.collective import Collective
from bridge.config import FILE, load
from bridge.refresh import fetcher, refresh
from bridge.store.search import Query
from bridge.web import create_app
from bridge.web.feeds import FORMATS
from bridge.web.oai import FORMATS as OAI_FORMATS

# What a repository and its pages say of the moment when they are asked, and of nothing else.
MOMENTS = re.compile(
    rb"<responseDate>[^<]*</responseDate>|expirationDate=\"[^\"]*\"|(?<=\">)[\w-]{40,}(?=</resumptionToken>)"
)
ALSO = ("/", "/?vue=carte", "/carte.json", "/formats", "/vocabulaire", "/vocabulaire.ttl", "/vocabulaire.jsonld")
API = ("records?per_page=100", "facets", "vocabulary", "similar?title=mare", "targets")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with street(tmp_path_factory.mktemp("custody")) as found:
        yield found


def visit_all(town: Street) -> None:
    for name in SITES:
        if name in town.here.sources:
            assert town.visit(name, full=True).complete, name


def public(here: Collective) -> dict[str, bytes]:
    """All that the world may read of the records: showcase, each record's page and JSON, every feed, the API, all of
    OAI-PMH in every format. Left out: what sources' pages and ``/metrics`` say of the visits themselves."""
    client = create_app(here).test_client()
    ids = [record["id"] for record in client.get("/api/v1/records?per_page=100").json["records"]]
    paths = [*ALSO, *(f"/api/v1/{path}" for path in API), *(f"/feed.{extension}" for extension in FORMATS)]
    paths += [f"/{kind}/{quote(id)}" for id in ids for kind in ("fiche", "api/v1/records")]
    verbs = ["verb=Identify", "verb=ListSets", "verb=ListMetadataFormats"]
    verbs += [f"verb=ListIdentifiers&metadataPrefix=oai_dc&set=partner:{name}" for name in SITES]
    verbs += [f"verb=ListRecords&metadataPrefix={prefix}" for prefix in OAI_FORMATS]
    found = {}
    for path in [*paths, *(f"/oai?{verb}" for verb in verbs)]:
        with client.get(path) as answer:
            assert answer.status_code == 200, path
            found[path] = MOMENTS.sub(b"", answer.data)
    return found


def said(here: Collective) -> bytes:
    """All of it, and what is said of sources, in one."""
    client = create_app(here).test_client()
    pages = [client.get(path).data for path in ("/sources", *(f"/sources/{id}" for id in here.sources))]
    return b"\n".join([*public(here).values(), *pages])


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def holding(folder: Path, *words: str) -> list[tuple[str, str]]:
    """Which files hold which of these words, in letters of one or two bytes."""
    found = []
    for path, data in files(folder).items():
        small = data.lower()
        for word in words:
            if any(form in small for form in (word.lower().encode(), word.lower().encode("utf-16-le"))):
                found.append((path.name, word))
    return found


def test_a_wipe_and_a_harvest_give_the_same_public_bytes(town: Street) -> None:
    visit_all(town)
    before = public(town.here)
    assert len(before) > 2 * 4 * len(SITES)
    town.here.store.wipe()
    town.here.index.wipe()
    visit_all(town)
    after = public(town.here)
    assert set(after) == set(before)
    assert [path for path in before if after[path] != before[path]] == []


MARKED = {
    "titre": "Zqxtitre au jardin",
    "resume": "Un texte zqxresume que personne n'a écrit ; zqxtelephone.",
    "type": "Zqxgenre",
    "thematiques": ["Zqxtheme"],
    "commune": "Zqxcommune",
    "avancement": "Zqxavancement",
    "periode": "zqxperiode",
    "budget": "zqxbudget",
}
MARKS = ("zqxtitre", "zqxresume", "zqxgenre", "zqxtheme", "zqxcommune", "zqxavancement", "zqxperiode", "zqxadresse")


def test_a_source_that_is_forgotten_leaves_no_byte_but_tombstones(
    town: Street, caplog: pytest.LogCaptureFixture
) -> None:
    name, folder = "communes-clairieres", town.here.settings.data
    fiche = town.sites[name].site.fiches()[0]
    fiche.values, fiche.slug = {**fiche.values, **MARKED}, "zqxadresse"
    with caplog.at_level(logging.DEBUG):
        assert town.visit(name, full=True).changed == 1
        shown = said(town.here).lower()
        assert [mark for mark in MARKS if mark.encode() not in shown] == [], "the marks were planted"
        assert holding(folder, "zqxtitre", "zqxresume")
        segments = {path.name for path in (folder / "index").rglob("*") if re.match(r"[0-9a-f]{32}", path.name)}
        with town.here.store.snapshot() as snapshot:
            ids = {entry.id for entry in snapshot.walk(source=name)}
        undoing.forget(town.here, name, "cli")
    assert holding(folder, *MARKS) == []
    left = {path.name for path in (folder / "index").rglob("*")}
    assert segments and not segments & left, "no file of the index that held it is left"
    for mark in MARKS:
        assert not town.here.index.search(Query(text=mark, limit=10)).ids
    assert not any(mark.encode() in said(town.here).lower() for mark in MARKS)
    assert not any(mark in caplog.text.lower() for mark in MARKS)
    with town.here.store.snapshot() as snapshot:
        left_behind = {entry.id: entry.status for entry in snapshot.walk(source=name)}
    assert left_behind == dict.fromkeys(ids, "withdrawn"), "OAI-PMH tells for ever that they were deleted"


def test_an_opposed_record_never_comes_back(town: Street) -> None:
    name = "marais-oree"
    site = town.sites[name].site
    fiche = site.fiches()[0]
    opposed, title = f"{name}:chantier-{fiche.number}", str(fiche.values[site.title])
    assert title.encode() in said(town.here).replace(b"&#39;", b"'") or opposed in town.shown(name).live
    undoing.oppose(town.here, opposed, "demande", "cli")

    def is_away() -> None:
        words = fiche.values[site.title].encode()
        assert opposed not in town.shown(name).live and opposed not in town.shown(name).found
        client = create_app(town.here).test_client()
        for path, body in public(town.here).items():
            assert words not in body, path
        assert client.get(f"/fiche/{opposed}").status_code == 410
        assert client.get(f"/api/v1/records/{opposed}").status_code in (404, 410)

    is_away()
    town.here.store.wipe()
    town.here.index.wipe()
    visit_all(town)
    is_away()
    fiche.values = {**fiche.values, site.title: "Zqxrevenante, sous un autre titre"}
    town.visit(name, full=True)
    is_away()
    assert holding(town.here.settings.data, "zqxrevenante") == []


LONG = "<p>" + "Curage doux et fauche tardive, avec l'école du village. " * 60 + "Zqxlafin.</p>"


def described(folder: Path, site: WebServer, more: str) -> Collective:
    (folder / "mappings").mkdir(parents=True)
    (folder / FILE).write_text(f'allow_hosts = ["127.0.0.1:{site.server_port}"]\n', encoding="utf-8")
    (folder / "mappings/a.toml").write_text(
        f'[source]\nid = "a"\ntitle = "A"\nkind = "json_api"\nurl = "{site.url("/x.json")}"\nlicence = "etalab-2.0"\n'
        f'{more}\n[fields]\ntitle = "titre"\nabstract = "resume"\ncontent = "texte"\n',
        encoding="utf-8",
    )
    return Collective(load(folder, {}))


@pytest.fixture
def long_text() -> Iterator[WebServer]:
    rows = [{"id": 1, "titre": "Une mare", "resume": "Curage doux.", "texte": LONG}]
    with WebServer({"/x.json": (200, {"Content-Type": "application/json"}, json.dumps(rows).encode())}) as site:
        yield site


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ("", False),
        ('keep = "notice"', False),
        ('keep = "full"\nagreement = { date = 2026-01-01 }', True),
    ],
)
def test_a_whole_text_is_kept_only_by_agreement(long_text: WebServer, tmp_path: Path, more: str, kept: bool) -> None:
    with closing(described(tmp_path, long_text, more)) as here:
        with fetcher(here) as fetch:
            (summary,) = refresh(here, here.sources.values(), fetch)
        assert (summary.created, summary.problems) == (1, [])
        assert bool(holding(here.settings.data, "zqxlafin")) == kept
        assert bool(here.index.search(Query(text="zqxlafin", limit=10)).ids) == kept
        client = create_app(here).test_client()
        pages = [
            client.get(path).data for path in ("/fiche/a:1", "/feed.json", "/oai?verb=ListRecords&metadataPrefix=pv")
        ]
        assert any(b"Zqxlafin" in page for page in pages) == kept
        assert all(b"Une mare" in page for page in pages)


def test_a_whole_text_without_agreement_is_refused(long_text: WebServer, tmp_path: Path) -> None:
    with closing(described(tmp_path, long_text, 'keep = "full"')) as here:
        assert not here.sources
        assert "agreement" in str(here.broken["a.toml"])


SECRETS = {
    "PARTAGEONS_SECRET": "zqxSecretDuPont-0123456789abcdef-0123456789",
    "PARTAGEONS_SMTP": "smtp://pont:zqxMotDePasse@127.0.0.1:9",
}
COMMANDS = ("config", "harvest", "sources", "doctor", "account list", "key a")


@pytest.mark.usefixtures("run", "source")
def test_secrets_appear_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with caplog.at_level(logging.DEBUG):
        told = [CliRunner().invoke(main, command.split()).output for command in COMMANDS]
        settings = load(tmp_path, dict(SECRETS))
        told += [repr(settings), str(settings)]
        with closing(Collective(settings)) as here:
            assert here.secret
            app = create_app(here)
            app.config["PROPAGATE_EXCEPTIONS"] = False
            client = app.test_client()
            for rule in app.url_map.iter_rules():
                path = re.sub(r"<[^>]*>", "a", str(rule))
                for method in ("get", "post"):
                    with getattr(client, method)(path) as answer:
                        told.append(f"{answer.headers} {answer.data.decode('latin-1')}")
    told.append(caplog.text)
    for word in ("zqxSecretDuPont", "zqxMotDePasse"):
        assert [text[:200] for text in told if word in text] == []
        assert holding(settings.data, word) == []
