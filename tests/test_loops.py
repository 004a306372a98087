"""Rings of bridges that give one another all they have: everything is everywhere once, and then nothing moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import bridge.store
from bridge.meaning.target import Copy
from bridge.record import Origin
from bridge.store.copies import Copies
from bridge.store.identity import Identity
from tests.rings import HOME, OWN, Network, network, resource

COUNT = 100
NAMES = "abcde"


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Callable[..., Network]]:
    """``ring(3, "oai", "atom", "csv")``: a ring where « a » has a source of its own; formats are used in turn."""
    opened = []

    def make(size: int, *formats: str, count: int = COUNT) -> Network:
        context = network(tmp_path, *NAMES[:size])
        net = context.__enter__()
        opened.append(context)
        net.publish([resource(n) for n in range(1, count + 1)])
        net["a"].add("chez-nous", 'kind = "json_api"', HOME, OWN)
        for n in range(size):
            # Each reads the one before it.
            net.link(NAMES[n], NAMES[(n or size) - 1], (formats or ("oai",))[n % len(formats or ("oai",))])
        return net

    yield make
    for context in opened:
        context.__exit__(None, None, None)


def everywhere(net: Network, count: int) -> None:
    for node in net:
        assert len(node.titles()) == len(set(node.titles())) == count, node.name


@pytest.mark.parametrize("size", [2, 3, 5])
def test_a_ring_comes_to_rest(ring, size):
    net = ring(size)
    net.settle(20, at_most=3)
    everywhere(net, COUNT)
    assert net["a"].echoes() == COUNT
    for node in net:
        for entry in node.entries():
            assert entry.record and entry.record.origin == Origin(HOME, entry.record.title.removeprefix("Mare "))


@pytest.mark.parametrize("format", ["atom", "rss", "json", "flat", "csv", "geojson"])
def test_a_ring_in_one_format_comes_to_rest(ring, format):
    net = ring(3, format, count=12)
    net.settle(8, at_most=4)
    everywhere(net, 12)
    for node in net:
        for entry in node.entries():
            assert entry.record and entry.record.origin == Origin(HOME, entry.record.title.removeprefix("Mare "))


def test_a_ring_where_each_speaks_another_format_comes_to_rest(ring):
    net = ring(5, "oai", "atom", "json", "csv", "flat", count=20)
    net.settle(10, at_most=4)
    everywhere(net, 20)


def _silent(body: bytes) -> bytes:
    """What a node that keeps nothing of provenance would serve."""
    body = re.sub(rb"<about>.*?</about>", b"", body, flags=re.S)
    return re.sub(rb"<pv:(?:hop|origin)\b[^>]*?(?:/>|>[^<]*</pv:(?:hop|origin)>)", b"", body)


def test_a_node_that_strips_provenance_multiplies_nothing(ring):
    net = ring(3)
    net.strip["b"] = _silent
    net.settle(12, at_most=4)
    everywhere(net, COUNT)


def test_an_edit_at_home_goes_everywhere_and_back_to_rest(ring):
    net = ring(3, count=10)
    net.settle(4)
    net.publish([resource(n, titre="Mare 3, revue" if n == 3 else f"Mare {n}") for n in range(1, 11)])
    net.settle(6, at_most=3)
    everywhere(net, 10)
    assert all("Mare 3, revue" in node.titles() for node in net)


def test_a_deletion_at_home_goes_everywhere_and_never_comes_back(ring):
    net = ring(3, count=10)
    net.settle(4)
    net.publish([resource(n) for n in range(1, 10)])
    net.settle(8, at_most=5)
    everywhere(net, 9)
    assert all("Mare 10" not in node.titles() for node in net)


def _copier(net: Network, marker: bool, **changed: object) -> None:
    """A site that publishes again what it received from « a », as plugins do, with what they keep of its origin."""
    rows = []
    for entry in net["a"].entries():
        if entry.record and entry.record.source == "chez-nous":
            local = entry.id.partition(":")[2]
            row = resource(int(local), id=f"copie-{local}", **(changed if local == "2" else {}))
            if marker:
                row["partageons_origine"] = f"{HOME} {local}"
            rows.append(row)
    net.publish(rows, "https://copie.exemple.fr/data.json")


@pytest.mark.parametrize("marker", [True, False])
def test_a_site_that_publishes_again_what_it_received_adds_nothing(ring, marker):
    net = ring(2, count=10)
    net["a"].add("copieur", 'kind = "json_api"', "https://copie.exemple.fr/data.json", OWN)
    _copier(net, marker)
    net.settle(2, at_most=3)
    _copier(net, marker)
    net.settle(4, at_most=3)
    everywhere(net, 10)
    before = net.ledgers()
    # An edit at the copy never comes in, even if it lost its marker meanwhile.
    _copier(net, False, titre="Mare corrigée ailleurs")
    net.settle(3, at_most=1)
    assert net.ledgers() == before
    # A deletion of the copy removes only the note.
    with net["a"].here.store.snapshot() as snapshot:
        assert ("copieur:copie-2", "copieur") in Identity(snapshot).copies("chez-nous:2")
    rows = [resource(n, id=f"copie-{n}") for n in range(3, 11)]
    net.publish(rows, "https://copie.exemple.fr/data.json")
    net.settle(3)
    everywhere(net, 10)
    with net["a"].here.store.snapshot() as snapshot:
        assert ("copieur:copie-2", "copieur") not in Identity(snapshot).copies("chez-nous:2")
    # What is withdrawn at home stays so, although a copy is still shown elsewhere.
    net.publish([resource(n) for n in range(1, 11) if n != 5])
    net.settle(6)
    everywhere(net, 9)


def test_a_clock_an_hour_off_moves_nothing(ring, monkeypatch):
    net = ring(3, count=20)
    real = bridge.store.now

    def late() -> str:
        return (datetime.fromisoformat(real()) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    visit = net.visit

    def turn(node, **options):
        with monkeypatch.context() as patch:
            if node.name == "b":
                patch.setattr(bridge.store, "now", late)
            return visit(node, **options)

    net.visit = turn
    net.settle(12, at_most=4)
    everywhere(net, 20)
    net.publish([resource(n, titre="Mare 3, revue" if n == 3 else f"Mare {n}") for n in range(1, 20)])
    net.settle(10, at_most=6)
    everywhere(net, 19)
    assert all("Mare 3, revue" in node.titles() for node in net)


def test_the_same_record_through_two_paths_is_shown_once(tmp_path):
    with network(tmp_path, "a", "b", "c", "d") as net:
        net.publish([resource(n) for n in range(1, 11)])
        net["a"].add("chez-nous", 'kind = "json_api"', HOME, OWN)
        for reader, read in (("b", "a"), ("c", "b"), ("d", "c"), ("d", "a"), ("a", "d")):
            net.link(reader, read)
        net.settle(8, at_most=4)
        everywhere(net, 10)
        # The nearest wins, whichever came first.
        assert {entry.record.source for entry in net["d"].entries() if entry.record} == {"de-a"}


def test_a_home_that_joins_later_takes_its_own_back(tmp_path):
    with network(tmp_path, "a", "b") as net:
        net.publish([resource(n) for n in range(1, 11)])
        net["a"].add("chez-nous", 'kind = "json_api"', HOME, OWN)
        net.link("b", "a")
        net.settle(3)
        assert {entry.record.source for entry in net["b"].entries() if entry.record} == {"de-a"}
        net["b"].add("origine", 'kind = "json_api"', HOME, OWN)
        net.link("a", "b")
        net.settle(8, at_most=4)
        everywhere(net, 10)
        assert {entry.record.source for entry in net["b"].entries() if entry.record} == {"origine"}


def test_a_person_may_say_that_it_is_no_copy(ring):
    net = ring(2, count=3)
    net["a"].add("copieur", 'kind = "json_api"', "https://copie.exemple.fr/data.json", OWN)
    net.publish([resource(2, id="x")], "https://copie.exemple.fr/data.json")
    net.settle(3)
    everywhere(net, 3)
    with net["a"].here.store.writing() as writing:
        assert Identity(writing).home_of("copieur:x") == "chez-nous:2"
        assert Identity(writing).distinct("copieur:x") and not Identity(writing).distinct("copieur:x")
    net.settle(4)
    assert net["a"].titles().count("Mare 2") == 2


def test_two_partners_who_tell_of_one_work_are_both_shown(tmp_path):
    with network(tmp_path, "a") as net:
        work = "https://editeur.exemple.fr/guide"
        for name, told in (("un", "Un guide."), ("deux", "Le guide que nous conseillons.")):
            url = f"https://{name}.exemple.fr/data.json"
            net["a"].add(name, 'kind = "json_api"', url, OWN)
            net.publish([resource(1, resume=told, lien=work)], url)
        net.settle(3)
        assert net["a"].titles() == ["Mare 1", "Mare 1"]


def test_a_copy_that_came_first_yields_to_the_site_it_was_copied_from(tmp_path):
    with network(tmp_path, "a") as net:
        net["a"].add("copieur", 'kind = "json_api"', "https://copie.exemple.fr/data.json", OWN)
        net.publish([resource(1)], "https://copie.exemple.fr/data.json")
        net.settle(2)
        net["a"].add("origine", 'kind = "json_api"', HOME, OWN)
        net.publish([resource(1)])
        net.settle(3)
        assert [entry.id for entry in net["a"].entries() if entry.record] == ["origine:1"]


def test_a_source_that_is_forgotten_holds_no_copy_back(tmp_path):
    with network(tmp_path, "a") as net:
        net["a"].add("origine", 'kind = "json_api"', HOME, OWN)
        net["a"].add("zcopieur", 'kind = "json_api"', "https://copie.exemple.fr/data.json", OWN)
        net.publish([resource(1)])
        net.publish([resource(1)], "https://copie.exemple.fr/data.json")
        net.settle(2)
        assert [entry.id for entry in net["a"].entries() if entry.record] == ["origine:1"]
        (net["a"].here.settings.mappings / "origine.toml").unlink()
        with net["a"].here.store.writing() as writing:
            writing.forget("origine")
        net.settle(2)
        assert [entry.id for entry in net["a"].entries() if entry.record] == ["zcopieur:1"]


WIKI = "https://wiki.exemple.fr/"
BLOG = "https://blog.exemple.fr/"
DELIVERED = (
    '[target]\nid = "{id}"\n[target.push]\nto = "{to}"\nurl = "{url}"\nuser = "pont"\npassword = "PARTAGEONS_ESSAI"\n'
)


@pytest.fixture
def home(add_source, web, harvest, collective):
    """A record of ours, that was delivered to a wiki and to a blog which are sources too."""
    add_source("nous", url=HOME)
    web.put(HOME, [{"id": 1, "titre": "Une mare", "lien": "https://chez-nous.exemple.fr/1"}])
    harvest("nous")
    for id, to, url in (("wiki", "yeswiki", WIKI), ("blog", "wordpress", BLOG)):
        text = DELIVERED.format(id=id, to=to, url=url)
        (collective.settings.mappings / f"vers-{id}.toml").write_text(text, encoding="utf-8")
    with collective.store.writing() as writing:
        Copies(writing).keep("wiki", "nous:1", Copy("UneMare", "", "", "live"))
        Copies(writing).keep("blog", "nous:1", Copy("12", "", "", "live"))
    return collective


def post(number: int, title: str, **more: object) -> dict[str, object]:
    body = {"id": number, "type": "post", "status": "publish", "title": {"rendered": title}}
    return {**body, "link": f"{BLOG}{number}", **more}


def shown(collective) -> list[str]:
    with collective.store.snapshot() as snapshot:
        return sorted(entry.id for entry in snapshot.walk() if entry.record)


@pytest.mark.parametrize("marked", [False, True])
def test_what_was_delivered_to_a_wordpress_never_comes_back(home, add_source, web, harvest, marked):
    """Published there under another title, its mark kept or lost; what is next to it is the site's own."""
    add_source("blog", kind="wordpress", url=BLOG, fields={"title": "title.rendered", "url": "link"})
    number = 99 if marked else 12  # the mark alone, or what we remember alone
    meta = {"partageons_origine": "https://pont.exemple.fr/ nous:1"} if marked else []
    address = f"{BLOG}wp-json/wp/v2/posts?per_page=100&page=1&orderby=id&order=asc&_embed=wp:term,wp:featuredmedia"
    posts = [post(5, "Un article à eux"), post(number, "Leur titre pour notre mare", meta=meta)]
    web.put(address, posts, **{"x-wp-total": "2", "x-wp-totalpages": "1"})
    summary = harvest("blog")
    assert summary.complete and summary.echo == 1 and shown(home) == ["blog:post-5", "nous:1"]
    with home.store.snapshot() as snapshot:
        assert Identity(snapshot).of("blog", 9)[0][0] == f"blog:post-{number}"


@pytest.mark.parametrize("marked", [False, True])
def test_what_was_delivered_to_a_yeswiki_never_comes_back(home, add_source, web, harvest, marked):
    add_source("wiki", kind="yeswiki", url=WIKI, fields={"title": "bf_titre"}, source_more='options = { form = "1" }')
    name = "AutreNom" if marked else "UneMare"
    entry = {"id_fiche": name, "id_typeannonce": "1", "bf_titre": "Leur titre pour notre mare"}
    entry |= {"partageons_origine": "https://pont.exemple.fr/ nous:1"} if marked else {}
    own = {"id_fiche": "ALeux", "id_typeannonce": "1", "bf_titre": "Une fiche à eux"}
    walked: list[str] = []
    real = web.get

    def get(request, **validators):
        walked.append(request.url)
        if "/entries" in request.url:
            web.put(request.url, {each["id_fiche"]: each for each in (entry, own)})
        elif "forms/1" in request.url:
            web.put(request.url, {"bn_id_nature": "1", "bn_label_nature": "Fiches", "prepared": []})
        return real(request, **validators)

    web.get = get
    summary = harvest("wiki")
    assert summary.complete and summary.echo == 1, (summary, walked)
    assert shown(home) == ["nous:1", "wiki:ALeux"]
