"""What a WordPress shows of the network by our plugin, to visitors and to who writes, whatever the bridge does."""

from __future__ import annotations

import json
import re
import runpy
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from bridge.push.wordpress import slug
from bridge.record import Entry, Point
from bridge.signing import shown, signed
from tests.conftest import Web
from tests.delivery_rig import Bridge as Deliveries
from tests.delivery_rig import item
from tests.real.browser import DESKTOP, PHONE, Browser, Page
from tests.real.npm import unpacked
from tests.real.showcase.conftest import AXE, overflow, serious
from tests.real.wordpress import WordPress
from tests.receiver import Receiver, Said, Sent
from tests.terminal import ROOT
from tests.writers_cases import FULL, written

SLOW = 10.0  # seconds that a slow bridge takes
SLOWER = 0.05  # seconds that a page may take more because of us
KEY = bytes(range(32))
VIEWS = ("liste", "cartes", "carte")
HOSTILE = '"><script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">\' {{7*7}} [gallery]'
NEVER = "2026-11-01T10:00:00Z"
WITHDRAWN = '{"type": "https://p/api/#fiche-retiree"}'  # what the bridge says of what is no longer shared


def listed(*titles: str, **more: Any) -> bytes:
    """What the bridge answers, by its own writer."""
    records = [
        replace(FULL, id=f"cdr-exemple:{n}", title=title, url=f"https://cdr.exemple.fr/fiches/{n}", **more)
        for n, title in enumerate(titles, 1)
    ]
    return written("wordpress", [Entry(record.id, NEVER, "live", record) for record in records])


@dataclass
class There:
    """The bridge that the site speaks with: what it answers by path, and how long it takes."""

    receiver: Receiver
    answers: dict[str, Said] = field(default_factory=dict)
    delay: float = 0.0

    def answer(self, sent: Sent) -> Said | None:
        time.sleep(self.delay)
        path = sent.path.split("?")[0]
        return self.answers.get(path, Said(404, b'{"error": {"message": "Rien ici."}}'))

    def lists(self, body: bytes, status: int = 200) -> None:
        self.answers["/feed.wordpress.json"] = Said(status, body)

    def asked(self, path: str) -> list[Sent]:
        return [sent for sent in self.receiver.received if sent.path.split("?")[0] == path]


@pytest.fixture(scope="module")
def running() -> Iterator[There]:
    with Receiver() as receiver:
        there = There(receiver)
        receiver.answer = there.answer
        yield there


@pytest.fixture
def there(running: There, plugin_site: WordPress) -> There:
    """A bridge that answers well, and a site that knows it, nothing being kept of it."""
    running.delay = 0.0
    running.answers.clear()
    running.receiver.received.clear()
    running.lists(listed("Restaurer une mare", "Planter une haie"))
    forget(plugin_site)
    settings = f"array('types' => array('post'), 'bridge' => '{running.receiver.url()}')"
    plugin_site.php(f"update_option('partageons', {settings}); delete_option('partageons_hidden');")
    return running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.page(DESKTOP)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def axe() -> str:
    return (unpacked(AXE) / "axe.min.js").read_text(encoding="utf-8")


def forget(site: WordPress) -> None:
    """As on a site whose pages never showed the network."""
    site.php(
        "global $wpdb; $wpdb->query(\"DELETE FROM {$wpdb->options} WHERE option_name LIKE '%transient%partageons%'"
        " OR option_name LIKE 'partageons_memory%'\"); wp_cache_flush();"
        "wp_clear_scheduled_hook('partageons_refresh'); delete_transient('doing_cron');"
    )


def post(site: WordPress, content: str, kind: str = "page", quiet: bool = False) -> str:
    """The address of a new page. ``quiet``: saved as if the plugin had not seen it."""
    before = "remove_action('save_post', array('Partageons\\\\WordPress\\\\Block', 'saved'));" if quiet else ""
    values = {"post_type": kind, "post_status": "publish", "post_title": "Une page", "post_content": content}
    code = f"$id = wp_insert_post(wp_slash(json_decode({php(json.dumps(values))}, true))); echo get_permalink($id);"
    return site.php(before + code)


def php(text: str) -> str:
    """A text as PHP writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def block(**attributes: Any) -> str:
    return f"<!-- wp:partageons/resources {json.dumps(attributes)} /-->"


def read(url: str) -> html.HtmlElement:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return html.fromstring(answer.read().decode())


def titles(page: html.HtmlElement) -> list[str]:
    return [each.text_content() for each in page.cssselect(".partageons-title")]


def until(true: Callable[[], Any], seconds: float = 8.0) -> Any:
    """What becomes true in time."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "N'est pas arrivé à temps."
        time.sleep(0.05)
    return found


def filled(site: WordPress, content: str) -> str:
    """A page whose list was received."""
    url = post(site, content)
    until(lambda: titles(read(url)))
    return url


def fetch(url: str, data: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    body = urllib.parse.urlencode(data).encode() if data is not None else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def log_in(page: Page, site: WordPress, path: str = "wp-admin/profile.php") -> None:
    page.goto(f"{site.url}wp-login.php?redirect_to={urllib.parse.quote(site.url + path)}")
    page.run("new Promise((done) => setTimeout(done, 300))")  # WordPress puts the focus where it wants
    page.run(
        "document.getElementById('user_login').value = 'eleonore.vautrin';"
        "document.getElementById('user_pass').value = 'mot-de-passe';"
    )
    page.click("#wp-submit")
    page.wait(f"location.href.startsWith({json.dumps(site.url + path)})")


# Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_shows_the_network_to_who_has_no_script(there: There, plugin_site: WordPress, view: str) -> None:
    shown_there = read(filled(plugin_site, block(vue=view, niveau=2)))
    assert titles(shown_there) == ["Restaurer une mare", "Planter une haie"]
    assert len(shown_there.cssselect(f".partageons-{view} ul.partageons-list > li h2 > a")) == 2
    for each in shown_there.cssselect(".partageons-item"):
        assert each.cssselect(".partageons-origin cite")[0].text == "Centre de ressources « Exemple & Cie »"
        (licence,) = each.cssselect("a[rel=license]")
        assert licence.text == "Licence Ouverte 2.0" and licence.get("href").startswith("https://www.etalab.gouv.fr/")
        assert FULL.attribution in each.text_content()
        number = each.cssselect("h2 a")[0].get("href").rpartition("/")[2]
        assert each.xpath(f".//a[@href='https://pont.exemple.org/fiche/cdr-exemple:{number}']")
    pictures = shown_there.cssselect(".partageons img")
    assert len(pictures) == (2 if view == "cartes" else 0)
    for picture in pictures:
        assert dict(picture.attrib).items() >= {
            "alt": "", "loading": "lazy", "referrerpolicy": "no-referrer", "width": "600", "height": "400"
        }.items()  # fmt: skip
    (sent,) = there.asked("/feed.wordpress.json")
    assert sent.path == "/feed.wordpress.json?limite=40"


def test_nothing_is_loaded_on_other_pages(there: There, plugin_site: WordPress) -> None:
    with urllib.request.urlopen(post(plugin_site, "<p>Rien du réseau.</p>"), timeout=30) as answer:
        assert b"partageons" not in answer.read().lower().replace(b"partageons/v1", b"").replace(b"partageons=oai", b"")
    assert not there.receiver.received


def test_a_shortcode_asks_for_what_it_says(there: There, plugin_site: WordPress) -> None:
    code = '[partageons q="mare & haie" theme="t-haies, t-tvb" territoire="region/84" type="r-guide" nombre="3"]'
    filled(plugin_site, code)
    (sent,) = there.asked("/feed.wordpress.json")
    assert urllib.parse.parse_qsl(sent.path.partition("?")[2]) == [
        ("q", "mare & haie"),
        ("territoire", "region/84"),
        ("theme", "t-haies"),
        ("theme", "t-tvb"),
        ("type", "r-guide"),
        ("limite", "26"),
    ]


@pytest.mark.parametrize(
    "code",
    [
        "[partageons]",
        '[partageons nombre="-3" vue="<script>" niveau="9" q="" theme=",,,"]',
        '[partageons nombre="1e9" vue="CARTES"]',
        f'[partageons q="{"é" * 5000}" theme="{",".join(f"t-{n}" for n in range(500))}"]',
        '[partageons q="&limite=9999&x=" type="a&b=c" /]',
        "[partageons q='%00%ff' nombre=''] fin",
    ],
)
def test_any_attributes_make_a_sound_question(there: There, plugin_site: WordPress, code: str) -> None:
    url = post(plugin_site, code)
    read(url)
    for sent in there.asked("/feed.wordpress.json"):
        asked = urllib.parse.parse_qs(sent.path.partition("?")[2])
        assert len(asked["limite"]) == 1 and 22 <= int(asked["limite"][0]) <= 140
        assert len(sent.path) < 2100 and set(asked) <= {"q", "theme", "type", "limite"}


def test_own_resources_are_not_shown_back(there: There, plugin_site: WordPress) -> None:
    own = json.loads(listed("À nous", "À eux", "Presque à nous"))
    own["items"][0]["url"] = plugin_site.url + "2026/03/a-nous/"
    own["items"][2]["url"] = "http://127.0.0.1:1/autre-port/"
    there.lists(json.dumps(own).encode())
    assert titles(read(filled(plugin_site, block()))) == ["À eux", "Presque à nous"]


def test_the_map_puts_each_where_it_is(there: There, plugin_site: WordPress) -> None:
    spots = {
        "Lyon": (4.84, 45.76),
        "Villeurbanne": (4.88, 45.77),
        "Cayenne": (-52.33, 4.93),
        "Saint-Denis": (55.45, -20.88),
    }
    spots |= {"Nouméa": (166.45, -22.27), "Brest": (-4.49, 48.39), "Nulle part": (0, 0)}
    records = [
        replace(FULL, id=f"a:{name}", title=name, url=f"https://a.fr/{name}", point=Point(*spot) if spot[0] else None)
        for name, spot in spots.items()
    ]
    there.lists(written("wordpress", [Entry(record.id, NEVER, "live", record) for record in records]))
    shown_there = read(filled(plugin_site, block(vue="carte")))
    dots = {
        link.cssselect("title")[0].text: [float(link.cssselect("circle")[0].get(name)) for name in ("cx", "cy")]
        for link in shown_there.cssselect(".partageons-dots a")
    }
    assert set(dots) == {"Lyon\nVilleurbanne", "Cayenne", "Saint-Denis", "Brest"}
    assert dots["Brest"][0] < dots["Lyon\nVilleurbanne"][0] and dots["Brest"][1] < dots["Lyon\nVilleurbanne"][1] < 368
    assert 163 < dots["Cayenne"][0] < 237 and 244 < dots["Saint-Denis"][0] < 319
    assert "5" in shown_there.cssselect(".partageons-where figcaption")[0].text_content()
    anchors = {item.get("id") for item in shown_there.cssselect(".partageons-item")}
    assert {link.get("href")[1:] for link in shown_there.cssselect(".partageons-dots a")} <= anchors
    assert not shown_there.cssselect(".partageons image, .partageons script, .partageons iframe")


def test_the_drawing_is_what_its_script_makes_with_the_same_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    made = runpy.run_path(str(ROOT / "scripts" / "plugin_map.py"))
    drawing = (ROOT / "plugins/core/assets/france.svg").read_text(encoding="utf-8")
    assert made["document"]() == drawing
    code = (ROOT / "plugins/core/src/FranceMap.php").read_text(encoding="utf-8")
    frames = re.findall(r"\[(-?[\d.]+), (-?[\d.]+), ([\d.]+), (\d+), (\d+), (\d+), (\d+)\]", code)
    assert [tuple(map(float, frame)) for frame in frames] == [
        (frame.west, frame.north, frame.scale, *frame.box) for frame in made["FRAMES"]
    ]


# A bridge that does not answer well ---------------------------------------------------------------------------------


RENDERED = (
    "wp_set_current_user(0); $times = array(); foreach (array('a', 'b', 'c', 'd', 'e') as $q) {{"
    ' $t = microtime(true); $html = do_shortcode("[partageons vue={view} {q}]"); $times[] = microtime(true) - $t; }}'
    " echo json_encode(array(min($times), $html));"
)


def test_a_visitor_never_waits_for_a_slow_bridge(there: There, plugin_site: WordPress) -> None:
    there.delay = SLOW
    url = post(plugin_site, block(q="lent"), quiet=True)
    begun = time.perf_counter()
    first = read(url)
    assert time.perf_counter() - begun < SLOW / 3
    assert not titles(first)
    (link,) = first.cssselect(".partageons a")
    assert link.get("href") == f"{there.receiver.url()}?q=lent" and "partageons-title" not in link.classes


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_is_hardly_slower(there: There, plugin_site: WordPress, view: str) -> None:
    there.lists(listed(*(f"Ressource {n}" for n in range(100))))
    there.delay = SLOW
    seconds, found = json.loads(plugin_site.php(RENDERED.format(view=view, q="q=$q")))
    assert seconds < SLOWER and not titles(html.fromstring(found))
    there.delay = 0.0
    forget(plugin_site)
    filled(plugin_site, f"[partageons vue={view} nombre=60]")
    seconds, found = json.loads(plugin_site.php(RENDERED.format(view=view, q="nombre=60")))
    assert len(titles(html.fromstring(found))) == 60
    assert seconds < SLOWER


def test_a_save_never_waits_for_a_slow_bridge(there: There, plugin_site: WordPress) -> None:
    there.delay = SLOW
    code = (
        "$t = microtime(true); wp_insert_post(array('post_status' => 'publish', 'post_title' => 'x',"
        " 'post_content' => {})); echo microtime(true) - $t;"
    )
    without = min(float(plugin_site.php(code.format("'<p>Rien.</p>'"))) for _ in range(3))
    with_block = min(float(plugin_site.php(code.format(php(block(q="lent"))))) for _ in range(3))
    assert with_block - without < SLOWER


BROKEN = {
    "error": lambda there: there.lists(b"<h1>Panne</h1>", 500),
    "page": lambda there: there.lists(b"<!doctype html><title>Maintenance</title>"),
    "half": lambda there: there.lists(listed("Restaurer une mare")[:200]),
    "other": lambda there: there.lists(b'{"version": 1, "items": "none"}'),
    "newer": lambda there: there.lists(b'{"version": 2, "items": []}'),
    "deep": lambda there: there.lists(b"[" * 10000 + b"]" * 10000),
    "empty": lambda there: there.lists(b""),
    "huge": lambda there: there.lists(b'{"version": 1, "items": [' + b" " * (3 << 20) + b"]}"),
    "gone": lambda there: there.answers.clear(),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_the_last_good_list_stays(there: There, plugin_site: WordPress, broken: Callable[[There], Any]) -> None:
    url = filled(plugin_site, block())
    broken(there)
    before = len(there.asked("/feed.wordpress.json"))
    plugin_site.php("Partageons\\WordPress\\Parts::lists()->expire();")
    assert len(titles(read(url))) == 2
    until(lambda: len(there.asked("/feed.wordpress.json")) > before)
    plugin_site.cron()
    assert len(titles(read(url))) == 2
    before = len(there.asked("/feed.wordpress.json"))
    read(url)
    plugin_site.cron()
    assert len(there.asked("/feed.wordpress.json")) == before  # not asked again within a minute


def test_items_that_are_none_are_left_out(there: There, plugin_site: WordPress) -> None:
    good = json.loads(listed("Bonne fiche"))
    (sound,) = good["items"]
    odd = [None, 3, [], {}, sound | {"id": "", "title": "Sans nom"}, sound | {"url": "javascript:alert(1)"}]
    odd += [
        sound | {"id": "x", "title": ["pas", "un", "titre"]},
        sound | {"point": {"lon": "4", "lat": None}, "image": 7},
    ]
    there.lists(json.dumps({**good, "items": odd, "withdrawn": [{}, 3, None]}).encode())
    assert titles(read(filled(plugin_site, block(vue="carte")))) == ["Bonne fiche"]


@pytest.mark.parametrize("view", VIEWS)
def test_no_text_of_the_bridge_is_markup(there: There, plugin_site: WordPress, page: Page, view: str) -> None:
    document = json.loads(listed("x"))
    (sound,) = document["items"]
    names = ("title", "excerpt", "source", "licence", "attribution", "type", "place", "period", "language")
    hostile = sound | dict.fromkeys(names, HOSTILE) | {"id": HOSTILE, "themes": [HOSTILE], "territories": [HOSTILE]}
    hostile |= {"image": {"url": "https://a.fr/x.jpg", "credit": HOSTILE}}
    links = [sound | {"id": f"l{n}", name: url} for n, (name, url) in enumerate(
        (name, url) for name in ("url", "page", "licence_url")
        for url in ("javascript:window.hacked=3", 'https://a.fr/"onmouseover="window.hacked=4', "data:text/html,x")
    )]  # fmt: skip
    document |= {"items": [hostile, *links], "title": HOSTILE, "home": "javascript:alert(1)"}
    there.lists(json.dumps(document).encode())
    url = filled(plugin_site, block(vue=view))
    log_in(page, plugin_site)  # who sees the buttons too
    page.goto(url)
    assert page.run("typeof window.hacked") == "undefined"
    assert page.run("[...document.querySelectorAll('.partageons *')].every((one) => one.getAttributeNames().every("
                    "(name) => !name.startsWith('on')))")  # fmt: skip
    assert page.run("[...document.querySelectorAll('.partageons a[href]:not(svg a)')].every((one) => "
                    "/^https?:$/.test(one.protocol))")  # fmt: skip
    assert page.count(".partageons script") == 0
    assert HOSTILE.split("<")[0] in page.run("document.querySelector('.partageons-title').textContent")


# In the browser ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
def test_pages_are_sound_at_every_size(there: There, plugin_site: WordPress, page: Page, axe: str, view: str) -> None:
    there.lists(listed(*(f"Une ressource dont le titre prend de la place, numéro {n}" for n in range(12))))
    url = filled(plugin_site, block(vue=view))
    for size in (DESKTOP, PHONE, (320, 640)):
        page.resize(*size)
        page.goto(url)
        assert overflow(page) <= 0
        assert [found for found in serious(page, axe) if "partageons" in str(found)] == []
    outside = [asked for asked in page.requests if plugin_site.host not in asked and not asked.startswith("data:")]
    assert all(asked.startswith("https://cdr.exemple.fr/files/") for asked in outside)
    assert bool(outside) == (view == "cartes")


def test_who_may_hides_a_resource_here_and_shows_it_again(there: There, plugin_site: WordPress, page: Page) -> None:
    url = filled(plugin_site, block())
    assert not read(url).cssselect(".partageons form")
    log_in(page, plugin_site)
    page.goto(url)
    page.click(".partageons-hide button")
    page.wait("document.querySelectorAll('.partageons-title').length === 1")
    assert page.run("location.href") == url
    assert titles(read(url)) == ["Planter une haie"]
    page.click(".partageons-undo summary")
    page.click(".partageons-undo button")
    page.wait("document.querySelectorAll('.partageons-title').length === 2")
    assert len(titles(read(url))) == 2


def test_nobody_else_hides_anything(there: There, plugin_site: WordPress, page: Page) -> None:
    door = f"{plugin_site.url}wp-admin/admin-post.php"
    fetch(door, {"action": "partageons_hide", "act": "hide", "id": "cdr-exemple:1"})
    log_in(page, plugin_site)
    status = page.run(
        f"fetch({json.dumps(door)}, {{method: 'POST', body: new URLSearchParams("
        "{action: 'partageons_hide', act: 'hide', id: 'cdr-exemple:1'})}).then((answer) => answer.status)"
    )
    assert status == 403
    refused = plugin_site.php(
        "$id = wp_insert_user(array('user_login' => 'auteur' . wp_rand(), 'user_pass' => 'x', 'role' => 'author'));"
        "wp_set_current_user($id); $form = Partageons\\WordPress\\Hiding::button(array('id' => 'a', 'title' => 'b'));"
        "echo $form === '' ? 'none' : 'some';"
        "$_REQUEST['_wpnonce'] = wp_create_nonce('partageons_hide'); $_POST = array('act' => 'hide', 'id' => 'a:1');"
        "add_filter('wp_die_handler', fn() => function () { echo ' refused'; exit; });"
        "Partageons\\WordPress\\Hiding::decide();"
    )
    assert refused == "none refused"
    assert plugin_site.php("echo json_encode(get_option('partageons_hidden', array()));") == "[]"


EDITOR = "window.wp && wp.data && wp.data.select('core/editor') && wp.data.select('core/editor').getCurrentPostId()"


def open_editor(page: Page, site: WordPress, kind: str) -> None:
    page.goto(f"{site.url}wp-admin/post-new.php?post_type={kind}")
    page.wait(EDITOR)


def close_editor(page: Page) -> None:
    """Nothing asks before leaving."""
    page.run("wp.data.dispatch('core/editor').savePost()")
    page.wait("!wp.data.select('core/editor').isEditedPostDirty()")


def test_the_block_is_chosen_and_seen_in_the_editor(there: There, plugin_site: WordPress, page: Page) -> None:
    facets = {"theme": [{"value": "t-haies", "label": "Haies et bocage", "count": 3}], "territoire": [], "type": []}
    there.answers["/api/v1/facets"] = Said(200, json.dumps({"total": 3, "facets": facets}).encode())
    log_in(page, plugin_site)
    open_editor(page, plugin_site, "initiative")
    page.run(
        "(() => {const store = wp.data.dispatch('core/block-editor');"
        "const block = wp.blocks.createBlock('partageons/resources', {vue: 'carte'});"
        "store.insertBlocks(block).then(() => store.selectBlock(block.clientId));})()"
    )
    page.run("(wp.data.dispatch('core/edit-post').openGeneralSidebar || (() => {}))('edit-post/block')")
    inside = "(document.querySelector('iframe[name=editor-canvas]')?.contentDocument || document)"
    page.wait(f"{inside}.querySelectorAll('.partageons-title').length === 2")
    assert page.run(f"getComputedStyle({inside}.querySelector('.partageons-list')).listStyleType") == "none"
    # Its label is typed and its code is kept.
    page.click(".components-form-token-field__input")
    page.type("Haies et bocage")
    page.press("Enter")
    page.wait("wp.data.select('core/block-editor').getBlocks().some((one) => one.attributes.theme === 't-haies')")
    until(lambda: any("theme=t-haies" in sent.path for sent in there.asked("/feed.wordpress.json")))
    assert not [told for told in page.problems if "partageons" in told]
    close_editor(page)


# « Does it already exist elsewhere? » ------------------------------------------------------------------------------


def alike(*names: str) -> Said:
    found = [
        {
            "score": 0.8,
            "reasons": [{"kind": "words", "label": "Mots en commun : mare", "values": ["mare"]}],
            "record": {
                "id": f"a:{name}",
                "title": name,
                "url": f"https://www.a.fr/{n}",
                "links": {"page": "https://p.fr/"},
            },
        }
        for n, name in enumerate(names)
    ]
    return Said(200, json.dumps({"similar": found}).encode())


def test_the_block_editor_tells_what_exists(there: There, plugin_site: WordPress, page: Page) -> None:
    there.answers["/api/v1/similar"] = alike("Une mare", f"Deux mares {HOSTILE}")
    log_in(page, plugin_site)
    open_editor(page, plugin_site, "post")
    page.run("wp.data.dispatch('core/editor').editPost({title: 'Restaurer une mare'})")
    page.wait("document.querySelectorAll('.partageons-elsewhere li').length === 2")
    assert page.run("typeof window.hacked") == "undefined"
    assert "a.fr" in page.text(".partageons-elsewhere li") and "mare" in page.text(".partageons-elsewhere li small")
    assert "2" in page.text(".partageons-elsewhere [role=status]")
    asked = [urllib.parse.parse_qs(sent.path.partition("?")[2]) for sent in there.asked("/api/v1/similar")]
    assert asked and all(each["title"] == ["Restaurer une mare"] for each in asked)
    assert not [told for told in page.problems if "partageons" in told]
    close_editor(page)


def test_the_classic_editor_tells_it_too(there: There, plugin_site: WordPress, page: Page) -> None:
    classic = plugin_site.folder / "wp-content/mu-plugins/classic.php"
    classic.write_text("<?php add_filter('use_block_editor_for_post', '__return_false');")
    try:
        there.answers["/api/v1/similar"] = alike("Une mare", HOSTILE)
        log_in(page, plugin_site, "wp-admin/post-new.php")
        page.click("#title")
        page.type("Restaurer une mare")
        page.wait("document.querySelectorAll('.partageons-elsewhere li').length === 2")
        assert page.run("typeof window.hacked") == "undefined"
        assert page.count(".partageons-elsewhere li a[href^='https://www.a.fr/']") == 2
        # Without a script: a frame of the post as it was saved.
        number = plugin_site.ids["mare"]
        page.run("jQuery(window).off('beforeunload'), 0")  # nothing asks before leaving
        page.goto(f"{plugin_site.url}wp-admin/post.php?post={number}&action=edit")
        inside = page.run("document.querySelector('#partageons-elsewhere noscript').textContent")
        frame = re.findall('src="([^"]+)', inside)[0]
        page.goto(frame.replace("&#038;", "&").replace("&amp;", "&"))
        page.wait("document.querySelectorAll('li a').length === 2")
        assert page.run("typeof window.hacked") == "undefined"
        page.goto(re.sub(r"_wpnonce=\w+", "_wpnonce=0", page.run("location.href")))
        assert page.count("li a") == 0
    finally:
        classic.unlink()


def test_only_who_writes_asks_and_only_where_something_is_shared(
    there: There, plugin_site: WordPress, page: Page
) -> None:
    door = f"{plugin_site.url}wp-admin/admin-ajax.php"
    for action in ("partageons_similar", "partageons_similar_page", "partageons_words"):
        assert fetch(door, {"action": action, "title": "Restaurer une mare"}) == (400, b"0")
    log_in(page, plugin_site)
    for action in ("partageons_similar", "partageons_similar_page", "partageons_words"):
        body = f"new URLSearchParams({{action: '{action}', title: 'Restaurer une mare'}})"
        asked = f"fetch({json.dumps(door)}, {{method: 'POST', body: {body}}}).then((answer) => answer.status)"
        assert page.run(asked) == 403
    assert not there.receiver.received
    page.goto(f"{plugin_site.url}wp-admin/post-new.php?post_type=initiative")
    page.wait(EDITOR)
    assert not [asked for asked in page.requests if "elsewhere" in asked]


@pytest.mark.parametrize("trouble", [Said(500, b"x"), Said(200, b"<html>"), Said(200, b'{"similar": 3}')])
def test_a_bridge_that_does_not_answer_is_told_calmly(there: There, plugin_site: WordPress, trouble: Said) -> None:
    there.answers["/api/v1/similar"] = trouble
    ask = (
        "$_REQUEST['_ajax_nonce'] = wp_create_nonce('partageons_similar');"
        "$_POST = array('title' => 'Restaurer une mare'); add_filter('wp_doing_ajax', '__return_true');"
        "add_filter('wp_die_ajax_handler', fn() => function () { exit; });"
        "Partageons\\WordPress\\Elsewhere::answer();"
    )
    for _ in range(3):
        answer = json.loads(plugin_site.php(ask))
        assert answer["success"] and answer["data"]["items"] == [] and answer["data"]["said"]
    assert len(there.asked("/api/v1/similar")) == 1  # the same question is not asked again at once


# The bridge tells that something changed ---------------------------------------------------------------------------


def paired(there: There, site: WordPress) -> None:
    there.answers["/pairing"] = Said(201, b'{"pairing": "p1"}')
    told = {
        "state": "accepted",
        "message": "",
        "source": "wp",
        "ping": there.receiver.url("/ping/wp"),
        "key": shown(KEY),
    }
    there.answers["/pairing/p1"] = Said(200, json.dumps(told).encode())
    state = site.php(
        "$p = Partageons\\WordPress\\Parts::pairing();"
        f"$p->join('{there.receiver.url()}', home_url('/?partageons=oai')); echo $p->look();"
    )
    assert state == "accepted"


def test_a_signed_ping_brings_the_new_list_at_once(there: There, plugin_site: WordPress) -> None:
    url = filled(plugin_site, block())
    paired(there, plugin_site)
    door = f"{plugin_site.url}?partageons=ping"
    there.lists(listed("Toute nouvelle"))
    body = b'{"type": "changed"}'
    assert fetch(door)[0] == 405
    for headers in ({}, signed([bytes(32)], body, int(time.time())), signed([KEY], b"{}", int(time.time()))):
        request = urllib.request.Request(door, body, {**headers, "Content-Type": "application/json"})
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(request, timeout=30)
    assert len(titles(read(url))) == 2
    headers = {**signed([KEY], body, int(time.time()), "msg_1"), "Content-Type": "application/json"}
    begun = time.monotonic()
    with urllib.request.urlopen(urllib.request.Request(door, body, headers), timeout=30) as answer:
        assert answer.status == 202 and answer.headers["Cache-Control"] == "no-store"
    # Nobody visits: the new list is there for the first who does.
    until(lambda: len(there.asked("/feed.wordpress.json")) == 2, 5)
    until(lambda: titles(read(url)) == ["Toute nouvelle"], 5)
    assert time.monotonic() - begun < 5


# Copies that the bridge delivered ----------------------------------------------------------------------------------


@pytest.fixture
def deliveries(
    plugin_site: WordPress, there: There, tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deliveries]:
    """A bridge that publishes its articles on the site."""
    password = plugin_site.php(
        "echo WP_Application_Passwords::create_new_application_password(1, array('name' => uniqid('Pont')))[0];"
    )
    monkeypatch.setenv("PARTAGEONS_MOT_DE_PASSE_SITE", password)
    found = Deliveries(tmp_path, web, plugin_site.host)
    found.target(
        f'to = "wordpress"\nurl = "{plugin_site.url}"\nuser = "eleonore.vautrin"\n'
        'password = "PARTAGEONS_MOT_DE_PASSE_SITE"\nstatus = "publish"'
    )
    plugin_site.php(
        "update_option('partageons', array('types' => array('post'), 'bridge' => 'https://pont.exemple.fr/'));"
    )
    yield found
    found.close()
    plugin_site.php(
        "foreach (get_posts(array('numberposts' => -1, 'post_status' => array('any', 'trash'))) as $p)"
        " if (str_starts_with($p->post_name, 'partageons-')) wp_delete_post($p->ID, true);"
    )


def look(site: WordPress, gone: dict[str, str]) -> None:
    """The site asks about its copies, with nobody logged in: the bridge answers 410 and these texts, 200 for others."""
    forget(site)
    site.php(
        f"$gone = json_decode({json.dumps(gone)!r}, true); wp_set_current_user(0);"
        "add_filter('pre_http_request', function ($a, $r, $url) use ($gone) {"
        " $id = rawurldecode(basename($url)); return array('headers' => array(), 'cookies' => array(),"
        " 'response' => array('code' => isset($gone[$id]) ? 410 : 200, 'message' => ''), 'body' => $gone[$id] ?? '{}');"
        " }, 99, 3); Partageons\\WordPress\\Copies::look();"
    )


def number_of(site: WordPress, id: str) -> str:
    return site.php(f"echo get_page_by_path('{slug(id)}', OBJECT, 'post')->ID;")


def states(site: WordPress) -> dict[str, str]:
    return dict(
        json.loads(
            site.php(
                "echo json_encode(array_map(fn($p) => array($p->post_name, $p->post_status), array_values(array_filter("
                "get_posts(array('numberposts' => -1, 'post_status' => 'any')), fn($p) =>"
                " str_starts_with($p->post_name, 'partageons-')))));"
            )
        )
    )


def test_copies_of_what_is_withdrawn_are_drafts_again(deliveries: Deliveries, plugin_site: WordPress) -> None:
    deliveries.harvest(item(1), item(2), item(3, contenu='<iframe src="https://a.fr/"></iframe>'))
    assert deliveries.acts() == [("create", f"a:{n}") for n in (1, 2, 3)]
    numbers = {n: number_of(plugin_site, f"a:{n}") for n in (1, 2, 3)}
    kept = plugin_site.php(f"echo get_post_meta({numbers[1]}, 'partageons_origine', true);")
    assert kept == "https://pont.exemple.fr/ a:1"
    deliveries.harvest(item(1, "Fiche 1, revue"), item(2), item(3))
    assert deliveries.acts() == [("update", "a:1")]
    plugin_site.php(f"wp_update_post(array('ID' => {numbers[2]}, 'post_content' => 'Nous savons mieux.'));")
    text = plugin_site.php(f"echo get_post({numbers[1]})->post_content;")
    # The bridge is believed only if it says it in so many words.
    look(plugin_site, {"a:1": "Gone", "a:3": '{"type": "https://p/api/#fiche-inconnue"}'})
    assert set(states(plugin_site).values()) == {"publish"}
    look(plugin_site, {"a:1": WITHDRAWN, "a:2": WITHDRAWN})
    assert states(plugin_site) == {slug("a:1"): "draft", slug("a:2"): "publish", slug("a:3"): "publish"}
    assert plugin_site.php(f"echo get_post({numbers[1]})->post_content;") == text
    look(plugin_site, {"a:3": WITHDRAWN})
    assert states(plugin_site) == {slug("a:1"): "draft", slug("a:2"): "publish", slug("a:3"): "draft"}


def test_a_person_who_edits_a_copy_is_no_bridge(deliveries: Deliveries, plugin_site: WordPress, page: Page) -> None:
    """The block editor writes by the REST API too."""
    deliveries.harvest(item(1))
    deliveries.acts()
    number = number_of(plugin_site, "a:1")
    log_in(page, plugin_site)
    page.goto(f"{plugin_site.url}wp-admin/post.php?post={number}&action=edit")
    page.wait(EDITOR)
    page.run("wp.data.dispatch('core/editor').editPost({title: 'Notre titre'})")
    page.run("wp.data.dispatch('core/editor').savePost()")
    until(lambda: plugin_site.php(f"echo get_post({number})->post_title;") == "Notre titre")
    look(plugin_site, {"a:1": WITHDRAWN})
    assert states(plugin_site) == {slug("a:1"): "publish"}
