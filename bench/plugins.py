"""What the WordPress plugin costs a site: WordPress 6.8 on MariaDB, the plugin from its zip, 10,000 posts.

MariaDB writes to disk at each commit, as hosts have it. What is compared is taken in turn.
"""

from __future__ import annotations

import base64
import json
import runpy
import socket
import tempfile
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.figure import Figure, wall
from bench.hearing import bridge, quickest
from tests.real.databases import Database, mariadb
from tests.real.wordpress import WordPress, wordpress

ROOT = Path(__file__).parents[1]
POSTS = 10_000
SAVES, PAGES = 60, 15
TEXT = (
    "<!-- wp:paragraph --><p>"
    + "Une mare restaurée, des haies plantées, un verger partagé. " * 40
    + "</p><!-- /wp:paragraph -->"
)
FILL = f"""
global $wpdb;
$rows = array();
for ($i = 1; $i <= {POSTS}; $i++) {{
    $rows[] = $wpdb->prepare("(1, %s, %s, %s, %s, 'publish', 'post', %s, %s, '', '', '', '')",
        "Fiche de mesure $i", "fiche-de-mesure-$i", '{TEXT}', "Résumé de la fiche $i.",
        '2026-03-01 08:00:00', '2026-03-01 07:00:00');
    if (count($rows) === 500) {{
        $wpdb->query("INSERT INTO $wpdb->posts (post_author, post_title, post_name, post_content, post_excerpt,"
            . ' post_status, post_type, post_date, post_date_gmt, to_ping, pinged, post_content_filtered, guid) VALUES '
            . implode(',', $rows));
        $rows = array();
    }}
}}
$wpdb->query("UPDATE $wpdb->posts SET post_modified = post_date, post_modified_gmt = post_date_gmt"
    . " WHERE post_name LIKE 'fiche-de-mesure-%'");
$category = get_terms(array('taxonomy' => 'category', 'name' => 'Mares', 'hide_empty' => false))[0];
$wpdb->query("INSERT INTO $wpdb->term_relationships (object_id, term_taxonomy_id)"
    . " SELECT ID, $category->term_taxonomy_id FROM $wpdb->posts WHERE post_name LIKE 'fiche-de-mesure-%'");
"""
JOINED = """
update_option('partageons_memory_pairing', wp_json_encode(array('state' => 'accepted', 'begun' => time(),
    'looked' => time(), 'wait' => 0, 'address' => '%(url)s', 'feed' => home_url('/?partageons=oai'), 'id' => 'mesure',
    'nonce' => 'mesure', 'said' => '', 'source' => 'mesure', 'ping' => '%(url)sping/mesure',
    'key' => 'whsec_bWVzdXJlbWVzdXJlbWVzdXJlbWVzdXJl')));
$pairing = Partageons\\WordPress\\Parts::pairing();
echo $pairing->state(), ' ', $pairing->pingAddress();
"""
CHOOSE = "update_option('partageons', array('types' => array('post'), 'licence' => 'CC BY 4.0', 'bridge' => '%s'));"
SAVE = """
$ids = $GLOBALS['wpdb']->get_col("SELECT ID FROM {$GLOBALS['wpdb']->posts} WHERE post_name LIKE 'fiche-de-mesure-%%'"
    . ' ORDER BY ID LIMIT %d, %d');
$taken = array();
foreach ($ids as $id) {
    $start = hrtime(true);
    wp_update_post(array('ID' => $id, 'post_content' => 'Un autre texte, ' . wp_generate_password(9)));
    if (class_exists('Partageons\\WordPress\\Changes')) {
        Partageons\\WordPress\\Changes::write(); // what the end of the request does
    }
    $taken[] = (hrtime(true) - $start) / 1e6;
}
echo json_encode($taken);
"""
BACKFILL = """
$parts = 'Partageons\\WordPress\\Parts';
$parts::log()->drop();
$parts::log()->create();
$parts::reconciler()->restart();
$start = hrtime(true);
while (!$parts::reconciler()->step(5.0)) {
}
$seconds = (hrtime(true) - $start) / 1e9;
echo json_encode(array($parts::log()->totals()['live'], $seconds));
"""


def figures() -> list[Figure]:
    built = runpy.run_path(str(ROOT / "scripts" / "plugins.py"))["build"]
    with tempfile.TemporaryDirectory() as folder, mariadb() as database:
        database.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1;")
        plugin = built(Path(folder) / "dist", plugins=("wordpress",))["wordpress"]
        with _site(Path(folder) / "a", database) as plain, _site(Path(folder) / "b", database, plugin) as ours:
            return list(_figures(plain, ours))


@contextmanager
def _site(folder: Path, database: Database, *plugins: Path) -> Iterator[WordPress]:
    folder.mkdir()
    with wordpress(folder, plugins, database=database) as site:
        site.php(FILL)
        yield site


def _figures(plain: WordPress, ours: WordPress) -> Iterator[Figure]:
    ours.php(CHOOSE % "")
    found, seconds = json.loads(ours.php(BACKFILL))
    if found < POSTS:
        raise RuntimeError(f"{found} articles notés sur {POSTS}")
    yield Figure("plugin-backfill-posts-per-second", found / seconds, "/s", at_least=1000)

    yield Figure("plugin-save-more", _more_in_process(plain, ours), "ms", at_most=5)
    with bridge() as (address, heard):
        said = ours.php(JOINED % {"url": address})
        if said != f"accepted {address}ping/mesure":
            raise RuntimeError(f"le site n'est pas dans le réseau : {said}")
        yield Figure("plugin-save-request-more", _more_by_request(plain, ours), "ms", at_most=5)
        if not heard:
            raise RuntimeError("le pont n'a entendu aucun signal")

    feed = f"{ours.url}?partageons=oai&verb=ListRecords&metadataPrefix=pv"
    api = f"{ours.url}wp-json/wp/v2/posts?per_page=100"
    page, listed = quickest(lambda: _get(feed), lambda: _get(api), PAGES)
    yield Figure("plugin-oai-page-vs-rest-api", page / listed, "x", at_most=3)

    yield Figure("plugin-front-page-more", _front_page(plain, ours), "ms", at_most=5)
    yield from _bridges(ours)


def _more_in_process(plain: WordPress, ours: WordPress) -> float:
    taken: dict[str, list[float]] = {plain.url: [], ours.url: []}
    for start in range(0, 5 * SAVES, SAVES):
        for site in (plain, ours):
            taken[site.url] += json.loads(site.php(SAVE % (start, SAVES)))[5:]  # the first ones warm up
    return median(taken[ours.url]) - median(taken[plain.url])


def _more_by_request(plain: WordPress, ours: WordPress) -> float:
    """A save by the REST API, as the block editor does, in a site that tells its changes to a bridge."""
    saves = [_saver(site) for site in (plain, ours)]
    # What a save begins (the signal) is over before the next one.
    without, with_it = quickest(*saves, runs=SAVES, pause=0.5)
    return (with_it - without) * 1000


def _saver(site: WordPress) -> Callable[[], None]:
    said = site.php(
        "$p = get_posts(array('name' => 'fiche-de-mesure-9000', 'post_type' => 'post'))[0]->ID; echo $p, ' ',"
        " wp_get_current_user()->user_login, ' ',"
        " WP_Application_Passwords::create_new_application_password(1, array('name' => 'Mesure'))[0];"
    )
    post, user, password = said.split(" ")
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    count = iter(range(1_000_000))

    def save() -> None:
        body = urllib.parse.urlencode({"content": f"Un texte de plus, le {next(count)}."}).encode()
        address = f"{site.url}wp-json/wp/v2/posts/{post}"
        request = urllib.request.Request(address, body, {"Authorization": f"Basic {login}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()

    return save


def _front_page(plain: WordPress, ours: WordPress) -> float:
    """A page that uses nothing of the plugin."""
    without, with_it = quickest(lambda: _get(plain.url), lambda: _get(ours.url), PAGES)
    return (with_it - without) * 1000


def _bridges(ours: WordPress) -> Iterator[Figure]:
    """A page with the block: no bridge at all, then one that is down, then one that never answers."""
    page = ours.php(
        "echo get_permalink(wp_insert_post(array('post_type' => 'page', 'post_status' => 'publish',"
        " 'post_title' => 'Mesure', 'post_content' => '[partageons nombre=10]')));"
    )
    with _silent() as slow, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        for address in ("", dead, slow):
            ours.php(CHOOSE % address)
            _get(page)
            first = wall(lambda: _get(page))
            visits = [first, *(wall(lambda: _get(page)) for _ in range(2 * PAGES))]
            if address == "":
                usual = median(visits)
            else:
                name = "dead" if address == dead else "silent"
                yield Figure(f"plugin-page-with-{name}-bridge-more", (median(visits) - usual) * 1000, "ms", at_most=50)
                yield Figure(f"plugin-page-with-{name}-bridge-worst", (max(visits) - usual) * 1000, "ms", at_least=0)
    ours.php(CHOOSE % "")


@contextmanager
def _silent() -> Iterator[str]:
    """The address of a server that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        for each in kept:
            each.close()


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        content: bytes = answer.read()
    return content
