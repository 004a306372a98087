"""The same rules of OAI-PMH for the bridge, the WordPress plugin, the PHP module and the YesWiki extension, each on a
real server; and the harvesters that others wrote, on the four."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from werkzeug.serving import make_server

from bridge.collective import Collective
from bridge.config import load
from bridge.oai import oai_identifier
from bridge.refresh import refresh
from bridge.web import create_app
from bridge.web.page_cache import PageCache
from tests.conftest import Web
from tests.oai_conformance import CHECKS, Repository
from tests.real.parts import need
from tests.real.test_php_module import EXAMPLE, SHARED, File, Module
from tests.real.wordpress import WordPress
from tests.real.yeswiki_stand_in import Wiki
from tests.test_oai_clients import Held, with_catmandu, with_http_oai, with_oaipmh, with_scythe, with_sickle

COUNT, GONE = 130, 5
CHOICE = "array('types' => array('post', 'initiative'), 'licence' => 'CC BY 4.0', 'email' => 'contact@exemple.org')"
SOURCE = """
[source]
id = "a"
kind = "json_api"
url = "https://a.exemple.fr/data.json"
title = "Source a"
licence = "CC-BY-4.0"
[fields]
title = "titre"
url = "lien"
"""
WORDPRESS = f"""
update_option('partageons', {CHOICE});
while (!Partageons\\WordPress\\Parts::reconciler()->step(10.0));
$shared = Partageons\\WordPress\\Parts::log()->live('', 1000);
foreach (array_slice($shared, 0, {GONE}) as $id) {{ wp_trash_post((int) $id); }}
echo json_encode($shared);
"""


class Served(NamedTuple):
    """``path`` is an address without a query, which some harvesters would lose; ``patience`` how many requests of any
    kind it is worth: each starts the whole of a WordPress."""

    url: str
    truth: Held
    path: str
    patience: int = 1000


@contextmanager
def served_bridge(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A source of which some resources were withdrawn, 100 a page, on a real socket."""
    web, url = Web(), "https://a.exemple.fr/data.json"
    (folder / "mappings").mkdir()
    (folder / "mappings" / "a.toml").write_text(SOURCE, encoding="utf-8")
    items = [
        {"id": n, "titre": f"Fiche n° {n} : mares & haies", "lien": f"https://a.exemple.fr/{n}"} for n in range(COUNT)
    ]
    here = Collective(load(folder, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    clock = ["2026-01-01T00:00:00Z"]
    patch.setattr("bridge.store.now", lambda: clock[0])

    def publish(kept: list[dict[str, Any]], when: str) -> None:
        clock[0] = when
        web.put(url, kept)
        for _ in "12":  # an absence is believed the second time
            refresh(here, [here.sources["a"]], web)  # type: ignore[arg-type]  # web stands for a Fetcher

    publish(items[: COUNT // 2], "2026-01-01T00:00:00Z")
    for item in items[:GONE]:
        web.fail(str(item["lien"]), 404)
    publish(items[GONE : COUNT // 2], "2026-01-02T00:00:00Z")
    publish(items[GONE:], "2026-01-03T00:00:00Z")
    truth = {oai_identifier(f"a:{n}", here.settings.node): n < GONE for n in range(COUNT)}
    server = make_server("127.0.0.1", 0, PageCache(create_app(here), lambda: here.store.seq), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.port}/oai"
        yield Served(url, truth, url)
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        here.close()


@contextmanager
def served_module(folder: Path, archive: Path) -> Iterator[Served]:
    """The example's database and more of the same, of which some rows were deleted."""
    need("php", php=("pdo_sqlite", "xmlwriter"), why="php-cli php-sqlite3 php-xml")
    base = File(folder / "base.sqlite")
    base.sql(f"{(EXAMPLE / 'tables.sqlite.sql').read_text('utf-8')}{(EXAMPLE / 'fiches.sql').read_text('utf-8')}")
    base.sql("DELETE FROM initiatives WHERE publie <> 1;")
    more = range(1001, 1001 + COUNT)
    for id in more:
        base.sql(f"INSERT INTO initiatives (id, titre, publie) VALUES ({id}, 'Mares & haies n° {id}', 1);")
    with Module(folder, archive, base.dsn).served() as module:
        kept = {header.identifier: False for header in Repository(module.door).headers}
        base.sql(f"DELETE FROM initiatives WHERE id < {more[0] + GONE} AND id >= {more[0]};")
        assert len(Repository(module.door).headers) == len(kept) == SHARED + COUNT
        module.change(("'refresh' => 0", "'refresh' => 3600"))
        gone = {f"{start_of(module.door)}{id}": True for id in more[:GONE]}
        assert gone.keys() <= kept.keys()
        yield Served(module.door, kept | gone, module.door)


@contextmanager
def served_wiki(folder: Path, archive: Path, rewrite: bool) -> Iterator[Served]:
    """A form of a wiki, of which some entries were deleted; without rewriting, its address holds a question mark."""
    wiki = Wiki(folder, archive, rewrite=rewrite)
    wiki.form(5, "Fiches", "texte***bf_titre***Titre***")
    wiki.configure(partageons_forms="5")
    entry = "$entries->create('5', ['bf_titre' => \"Mares & haies n° $n\", 'antispam' => 1])['id_fiche']"
    made = f"for ($n = 0; $n < {COUNT}; $n++) {{ $tags[] = {entry}; }} echo json_encode($tags);"
    tags: list[str] = json.loads(wiki.code(f"$entries = $wiki->services->get(EntryManager::class); {made}"))
    with wiki.served():
        sample = Repository(wiki.door).identify.findtext(".//{*}sampleIdentifier") or ""
        start = sample.removesuffix(sample.rpartition(":")[2])
        assert len(Repository(wiki.door).headers) == COUNT
        gone = " ".join(f"$entries->delete('{tag}', true);" for tag in tags[:GONE])
        wiki.code(f"$entries = $wiki->services->get(EntryManager::class); {gone}")
        truth = {f"{start}{tag}": n < GONE for n, tag in enumerate(tags)}
        yield Served(wiki.door, truth, wiki.door, 200)


def start_of(url: str) -> str:
    """What every identifier of a repository begins with."""
    return (Repository(url).identify.findtext(".//{*}sampleIdentifier") or "").rstrip("0123456789")


@pytest.fixture(scope="module")
def in_wordpress(plugin_site: WordPress) -> Served:
    """The content of the test site, some of which went to the bin."""
    shared: list[str] = json.loads(plugin_site.php(WORDPRESS))
    url = f"{plugin_site.url}?partageons=oai"
    start = start_of(url)
    truth = {f"{start}{id}": n < GONE for n, id in enumerate(shared)}
    return Served(url, truth, f"{plugin_site.url}partageons/oai", 300)


@pytest.fixture(scope="module", params=["bridge", "wordpress", "wordpress-path", "module", "yeswiki", "yeswiki-path"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    kind, folder = request.param, tmp_path_factory.mktemp(request.param)
    if kind == "bridge":
        with pytest.MonkeyPatch.context() as patch, served_bridge(folder, patch) as running:
            yield running
    elif kind == "module":
        with served_module(folder, request.getfixturevalue("plugin_zips")["php"]) as running:
            yield running
    elif kind.startswith("yeswiki"):
        archive = request.getfixturevalue("plugin_zips")["yeswiki"]
        with served_wiki(folder, archive, kind == "yeswiki-path") as running:
            yield running
    else:
        found: Served = request.getfixturevalue("in_wordpress")
        yield found if kind == "wordpress" else found._replace(url=found.path, patience=50)


@pytest.fixture(scope="module")
def repository(served: Served) -> Repository:
    """What was already read is not asked again for each check."""
    return Repository(served.url, served.patience)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_rules_of_the_protocol(repository: Repository, check: Callable[[Repository], None]) -> None:
    check(repository)


def test_it_holds_the_truth(repository: Repository, served: Served) -> None:
    assert {header.identifier: header.deleted for header in repository.headers} == served.truth


@pytest.mark.parametrize("client", [with_sickle, with_scythe, with_oaipmh, with_catmandu, with_http_oai])
def test_each_client_harvests_the_truth(served: Served, client: Callable[..., Held]) -> None:
    assert client(served.path) == served.truth
    assert client(served.path, "ListIdentifiers") == served.truth
    assert client(served.path, prefix="pv") == served.truth


@pytest.mark.parametrize("client", [with_sickle, with_oaipmh])
def test_clients_that_keep_a_query_harvest_the_truth(served: Served, client: Callable[..., Held]) -> None:
    assert client(served.url) == served.truth
