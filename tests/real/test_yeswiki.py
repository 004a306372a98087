"""Our extension in running YesWikis, from its zip: what it shows the network and what it hears of it.

Two wikis whose folders are on this machine, and that nobody needs meanwhile; each is left as it was found. What the
environment must say of them, without which these tests are left out, for no registry has a YesWiki to install:

- ``PARTAGEONS_YESWIKI_A_URL``: its address, as ``http://localhost:8181/``;
- ``PARTAGEONS_YESWIKI_A_FOLDER``: its folder, which holds ``wakka.config.php``; the database is read from there;
- ``PARTAGEONS_YESWIKI_A_KEY``: a key of an administrator in its ``api_allowed_keys``;
- ``PARTAGEONS_YESWIKI_A_PASSWORD``: the password of ``PARTAGEONS_YESWIKI_A_ADMIN`` (``WikiAdmin`` when it is not said);
- the same with ``_B_``.

A wiki must be served by something that answers several requests at once (nginx and php-fpm; ``php -S`` does not do).
The seconds from a save to its being seen are printed (``pytest -s``); none is asserted, but patience ends.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
import requests
from lxml import etree, html
from sickle import Sickle
from sickle.oaiexceptions import NoRecordsMatch

from bridge.collective import Collective
from bridge.config import load
from bridge.store.pairings import Pairing, Pairings
from tests.real.yeswiki import IMAGE, SECRETS, Initiatives, YesWiki, wait, words
from tests.terminal import ROOT, Terminal

pytestmark = pytest.mark.yeswiki

PATIENCE = 30.0
ROUNDS = 3
FORM = 7
"""Number of the form that the bridge answers for, as a YesWiki."""
PV = "{https://partageons-vert.org/ns/pv/1.0}"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
ADMIN = "PartageonsVert/partageons"
KEY = "PARTAGEONS_CLE_DU_VOISIN"
"""The variable of the service that holds the key of the wiki which receives copies."""


class Feed:
    """What the feed of a wiki says, to anybody."""

    def __init__(self, wiki: YesWiki) -> None:
        self.door = wiki.address("api/partageons/oai")

    def get(self, query: str, by: requests.Session | None = None) -> etree._Element:
        answer = (by or requests).get(f"{self.door}&{query}", timeout=60)
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8", answer.text[:500]
        return etree.fromstring(answer.content)

    def headers(self, since: str = "") -> dict[str, bool]:
        """Tag of the entry => whether it is live, of what changed since."""
        more = {"from": since} if since else {}
        try:
            found = list(Sickle(self.door).ListIdentifiers(metadataPrefix="pv", ignore_deleted=False, **more))
        except NoRecordsMatch:
            return {}
        return {unquote(unquote(each.identifier.rpartition(":")[2])): not each.deleted for each in found}

    def records(self) -> dict[str, etree._Element]:
        found = self.get("verb=ListRecords&metadataPrefix=pv").iter(f"{OAI}record")
        named = ((one.findtext(f".//{OAI}identifier", ""), one.find(f".//{PV}record")) for one in found)
        return {unquote(name.rpartition(":")[2]): record for name, record in named if record is not None}


class Partner:
    """A wiki with the extension, which shares one form."""

    def __init__(self, wiki: YesWiki, label: str) -> None:
        self.wiki = wiki
        self.form = Initiatives(wiki, label)
        self.number = self.form.number
        self.feed = Feed(wiki)

    def act(self, name: str, values: dict[str, Any] | None = None) -> str:
        """Press a button of the administrators' page; what is read on the page that follows."""
        page = html.fromstring(self.wiki.get(ADMIN, self.wiki.logged).text, base_url=self.wiki.url)
        for form in page.forms:
            if form.xpath(f".//button[@name='partageons_act' and @value='{name}']"):
                values = values or {}
                sent = [(key, value) for key, value in form.form_values() if key not in values]
                sent += [
                    (key, one)
                    for key, value in values.items()
                    for one in (value if isinstance(value, list) else [value])
                ]
                sent.append(("partageons_act", name))
                address = form.action or self.wiki.address(ADMIN)
                answer = self.wiki.logged.post(address, sent, timeout=60)
                (shown,) = html.fromstring(answer.text).find_class("partageons-admin")
                return words(etree.tostring(shown, encoding="unicode"))
        raise AssertionError(f"no button {name}: {words(etree.tostring(page, encoding='unicode'))[-1500:]}")

    def share(self) -> None:
        self.act("save", {"partageons_forms[]": [self.number], "partageons_licence": "CC BY 4.0"})


class Bridge:
    """``partageons serve`` by the name ``localhost``: a YesWiki lists nothing from an address that is a number."""

    def __init__(self, folder: Path, *wikis: YesWiki) -> None:
        """``wikis``: those it may visit; it delivers to the last one."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}/"
        hosts = tuple(urlsplit(wiki.url).netloc for wiki in wikis)
        more = {"PARTAGEONS_BASE_URL": self.url, "PARTAGEONS_CONFIRM_DELAY": "2", KEY: wikis[-1].key}
        self.type = Terminal(folder, hosts=hosts, more=more)
        self.type("init", ".")

    @contextmanager
    def serving(self) -> Iterator[None]:
        with self.type.serve("--port", str(self.port)):
            yield

    def get(self, path: str) -> str:
        answer = requests.get(self.url + path, timeout=30)
        return answer.text

    def showcase(self, title: str) -> bool:
        found = html.fromstring(self.get(f"?q={quote(title)}"))
        return any(title == words(etree.tostring(link, encoding="unicode")).strip() for link in found.iter("a"))

    def pairings(self) -> list[Pairing]:
        """Who asked to join; read beside the service, for a process takes seconds to begin."""
        with closing(Collective(load(self.type.folder, {}))) as here, here.store.snapshot() as snapshot:
            return list(Pairings(snapshot).all())

    def write(self, name: str, text: str) -> None:
        (self.type.folder / "mappings" / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def archive(plugin_zips: dict[str, Path]) -> Path:
    return plugin_zips["yeswiki"]


@pytest.fixture(scope="module")
def partner(wiki_a: YesWiki) -> Partner:
    return Partner(wiki_a, "Initiatives pour la nature")


@pytest.fixture(scope="module")
def neighbour(wiki_b: YesWiki) -> Partner:
    return Partner(wiki_b, "Retours d’expérience")


@pytest.fixture(scope="module")
def bridge(wiki_a: YesWiki, wiki_b: YesWiki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    found = Bridge(tmp_path_factory.mktemp("bridge"), wiki_a, wiki_b)
    with found.serving():
        yield found


def _body(wiki: YesWiki) -> str:
    """What is read on the first page, by whoever has no script."""
    page = html.fromstring(wiki.get("PagePrincipale").text).find("body")
    assert page is not None
    etree.strip_elements(page, "script", with_tail=False)
    return words(etree.tostring(page, encoding="unicode"))


# The extension alone


def test_01_it_is_unzipped_and_shares_nothing_by_itself(partner: Partner, archive: Path) -> None:
    wiki = partner.wiki
    before = _body(wiki)
    wiki.install(archive)
    assert _body(wiki) == before
    assert "OAI-PMH" not in wiki.get("PagePrincipale").text
    partner.feed.get("verb=Identify")
    assert partner.feed.headers() == {}
    assert wiki.get("api/forms").json()[partner.number]


def test_02_an_administrator_ticks_a_form(partner: Partner) -> None:
    wiki, form = partner.wiki, partner.form
    for number in range(3):
        wiki.create(form.number, form.values(f"Partageons la mare {number}"))
    closed = words(wiki.get(ADMIN).text)
    assert "administrat" in closed and "partageons_forms" not in wiki.get(ADMIN).text, "for administrators only"
    partner.share()
    config = wiki.config.read_text(encoding="utf-8")
    assert f"'partageons_forms' => '{form.number}'" in config and "CC BY 4.0" in config
    page = wiki.get(ADMIN, wiki.logged).text
    for number in range(3):
        assert f"Partageons la mare {number}" in page, "a preview"
    preview = words(page)
    for secret in ("SECRET", "secret.personne", "06 12 34"):
        assert secret not in preview, secret
    assert set(partner.feed.headers().values()) == {True} and len(partner.feed.headers()) == 3


def test_03_the_page_needs_a_token_and_an_administrator(partner: Partner) -> None:
    wiki = partner.wiki
    before = wiki.config.read_bytes()
    for by in (requests.Session(), wiki.logged):
        sent = {"partageons_act": "save", "partageons_forms[]": "1", "partageons_licence": "", "partageons_token": "x"}
        by.post(wiki.address(ADMIN), sent, timeout=60)
        assert wiki.config.read_bytes() == before


def test_04_parameters_are_in_the_page_of_the_wiki_for_them(partner: Partner) -> None:
    page = partner.wiki.get("GererConfig", partner.wiki.logged).text
    for name in ("forms", "licence", "email", "bridge"):
        assert f"partageons_{name}" in page, name


def test_05_the_pages_name_the_feed(partner: Partner) -> None:
    head = html.fromstring(partner.wiki.get("PagePrincipale").text).find("head")
    assert head is not None
    (link,) = head.xpath("link[@title='OAI-PMH']")
    assert (link.get("rel"), link.get("type"), link.get("href")) == ("alternate", "text/xml", partner.feed.door)


def test_06_a_record_says_what_a_visitor_reads_and_no_more(partner: Partner) -> None:
    wiki, form = partner.wiki, partner.form
    tag = wiki.create(
        form.number,
        form.values("Partageons une mare & son « étang » < 3 m"),
        files={
            "imagebf_image": ("Mare été.png", IMAGE, "image/png"),
            "fichierbf_document": ("Bilan.pdf", b"%PDF-1.4 bilan", "application/pdf"),
        },
    )
    record = partner.feed.records()[tag]
    etree.XMLSchema(file=str(ROOT / "plugins" / "pv.xsd")).assertValid(record)
    assert record.findtext(f"{PV}title") == "Partageons une mare & son « étang » < 3 m"
    assert record.findtext(f"{PV}url") == wiki.address(tag)
    point = record.find(f"{PV}point")
    assert point is not None and (float(point.get("lat", "0")), float(point.get("lon", "0"))) == (45.75, 4.85)
    fields = {
        field.get("name"): (field.get("label"), [(value.get("key"), value.text) for value in field])
        for field in record.iter(f"{PV}source-field")
    }
    assert fields["bf_themes"] == ("Thèmes", [("mares", "Mares & étangs"), ("haies", "Haies, bocage")])
    assert fields["bf_acteurs"][1] == [("1", "Collectivité territoriale")]
    assert fields["bf_surface"] == ("Surface restaurée", [(None, "1200 m²")]) or fields["bf_surface"][1][0][1]
    text = etree.tostring(record, encoding="unicode")
    (document, image) = (str(record.find(f"{PV}{name}").get("url")) for name in ("document", "image"))
    assert requests.get(document, timeout=20).content == b"%PDF-1.4 bilan"
    assert requests.get(image, timeout=20).content == IMAGE
    assert record.findtext(f"{PV}abstract") == "Une mare retrouvée, voir la page."
    assert "&lt;strong&gt;Lyon&lt;/strong&gt;" in text and "revenue &amp;amp; les tritons" in text
    for by in (None, wiki.logged):
        for prefix in ("pv", "oai_dc"):
            told = etree.tostring(partner.feed.get(f"verb=ListRecords&metadataPrefix={prefix}", by), encoding="unicode")
            assert "SECRET" not in told and "Partageons une mare" in told
            for secret in (*SECRETS, wiki.admin, "partageons_prive"):
                assert secret not in told, (prefix, secret)
    wiki.forget(tag)


def test_07_what_the_network_must_not_have_stays(partner: Partner) -> None:
    wiki, form = partner.wiki, partner.form
    kept = wiki.create(form.number, form.values("Partageons pas", partageons_prive="oui"))
    came = wiki.post(form.number, {"bf_titre": "Partageons ce qui vient d'ailleurs"}, source="https://exemple.fr/?A")
    sent = wiki.post(form.number, {"bf_titre": "Partageons une copie", "id_fiche": "FicheA1X0123456789abcdef"})
    told = partner.feed.headers()
    assert not {kept, came, sent} & set(told)
    wiki.edit(kept, {"partageons_prive": "non"})
    assert partner.feed.headers().get(kept) is True
    wiki.edit(kept, {"partageons_prive": "oui"})
    assert partner.feed.headers().get(kept) is False, "what was public leaves a tombstone"
    for tag in (kept, came, sent):
        wiki.forget(tag)
    assert came not in partner.feed.headers()


Cause = Callable[[Partner, str], str]


def _form_create(partner: Partner, tag: str) -> str:
    return partner.wiki.create(partner.number, partner.form.values("Partageons par le formulaire"))


def _form_edit(partner: Partner, tag: str) -> str:
    partner.wiki.edit(tag, {"bf_resume": "Un autre résumé."})
    return tag


def _api_create(partner: Partner, tag: str) -> str:
    return partner.wiki.post(partner.number, {"bf_titre": "Partageons par l'API"})


def _upsert(partner: Partner, tag: str) -> str:
    return partner.wiki.post(partner.number, {"bf_titre": "Partageons encore", "id_fiche": tag})


def _csv(partner: Partner, tag: str) -> str:
    before = set(partner.wiki.tags(partner.number))
    assert partner.wiki.upload(partner.number, '"Titre","Commune"\n"Partageons un tableau","Brest"\n') == 1
    (made,) = set(partner.wiki.tags(partner.number)) - before
    return made


def _code_create(partner: Partner, tag: str) -> str:
    return partner.wiki.php(
        f"echo $entries->create('{partner.number}', ['bf_titre' => 'Partageons du code', 'antispam' => 1])['id_fiche'];"
    ).strip()


def _code_edit(partner: Partner, tag: str) -> str:
    partner.wiki.php(f"$entries->update('{tag}', ['bf_titre' => 'Partageons du code', 'antispam' => 1]);")
    return tag


def _list_words(partner: Partner, tag: str) -> str:
    """An option has another label: what its entries say changed, though nobody wrote in them."""
    nodes = json.dumps([{"id": "mares", "label": f"Mares, le {time.time_ns()}", "children": []}])
    partner.wiki.php(f"$lists->update('{partner.form.themes}', 'Partageons Thèmes', json_decode('{nodes}', true));")
    return tag


def _sql_restore(partner: Partner, tag: str) -> str:
    """A backup comes back: the row that was there, under another number."""
    columns = "tag, time, owner, user, latest, handler, comment_on, body, body_r"
    partner.wiki.sql(
        f"CREATE TEMPORARY TABLE kept SELECT {columns} FROM #__pages WHERE tag = '{tag}' AND latest = 'Y'",
        f"DELETE FROM #__pages WHERE tag = '{tag}'",
        "UPDATE kept SET body = REPLACE(body, 'Lyon', 'Dijon')",
        f"INSERT INTO #__pages ({columns}) SELECT {columns} FROM kept",
    )
    return tag


def _acl(partner: Partner, tag: str) -> str:
    partner.wiki.sql(f"REPLACE INTO #__acls (page_tag, privilege, list) VALUES ('{tag}', 'read', '@admins')")
    return tag


def _page_delete(partner: Partner, tag: str) -> str:
    partner.wiki.delete(tag)
    return tag


def _api_delete(partner: Partner, tag: str) -> str:
    partner.wiki.forget(tag)
    return tag


def _code_delete(partner: Partner, tag: str) -> str:
    partner.wiki.php(f"$entries->delete('{tag}');")
    return tag


def _sql_delete(partner: Partner, tag: str) -> str:
    partner.wiki.sql(f"DELETE FROM #__triples WHERE resource = '{tag}'", f"DELETE FROM #__pages WHERE tag = '{tag}'")
    return tag


def _form_empty(partner: Partner, tag: str) -> str:
    partner.wiki.empty(partner.number)
    return tag


CAUSES: dict[str, tuple[Cause, bool]] = {
    "created by the form": (_form_create, True),
    "edited by the form": (_form_edit, True),
    "created by the API": (_api_create, True),
    "edited by the API": (_upsert, True),
    "imported from a CSV": (_csv, True),
    "created from code": (_code_create, True),
    "edited from code": (_code_edit, True),
    "restored by SQL": (_sql_restore, True),
    "a label of its list": (_list_words, True),
    "closed to visitors": (_acl, False),
    "deleted on its page": (_page_delete, False),
    "deleted by the API": (_api_delete, False),
    "deleted from code": (_code_delete, False),
    "deleted by SQL": (_sql_delete, False),
    "its form is emptied": (_form_empty, False),
}


RIGHTS = r"""
$of('YesWiki\Core\Controller\AuthController')->logout();
$acls = $of('YesWiki\Core\Service\AclService');
$rights = ['*', '+', '%%', '@admins', '@autre', '%(admin)s', 'Inconnu', '', '#note', '!', '@', '! +', '0', ' *', '*x'];
$rights = array_merge($rights, array_map(fn($one) => "!$one", $rights));
$texts = array_merge($rights, ["@admins\r\n*", "@admins\r*", '+,*', "\n\n"]);
foreach ($rights as $one) {
    foreach ($rights as $other) {
        $texts[] = "$one\n$other";
    }
}
$differ = [];
foreach ($texts as $text) {
    $field = empty($text) || $acls->check(str_replace(',', "\n", $text), null, true, 'PagePrincipale');
    if ($field !== Partageons\YesWiki\Visitor::readsField($text)) {
        $differ[] = $text;
    }
}
echo json_encode([count($texts), $differ]);
"""


def test_07_rights_are_read_as_the_wiki_reads_them_for_nobody(partner: Partner) -> None:
    told, differ = json.loads(partner.wiki.php(RIGHTS % {"admin": partner.wiki.admin}))
    assert told > 900 and not differ


@pytest.mark.parametrize("cause", CAUSES)
def test_08_each_cause_of_a_change_shows_at_the_next_request(partner: Partner, cause: str) -> None:
    wiki = partner.wiki
    tag = wiki.create(partner.number, partner.form.values("Partageons ce qui change"))
    assert partner.feed.headers()[tag] is True
    since = _later()
    act, live = CAUSES[cause]
    changed = act(partner, tag)
    assert partner.feed.headers(since).get(changed) is live, partner.feed.headers(since)
    assert partner.feed.headers()[changed] is live
    for left in {tag, changed}:
        if wiki.entry(left, wiki.logged):
            wiki.forget(left)


def test_08_a_row_edited_in_its_place_by_sql_is_found_in_an_hour(partner: Partner) -> None:
    """No number of the database says it: only reading every entry does."""
    wiki = partner.wiki
    tag = wiki.create(partner.number, partner.form.values("Partageons ce qui change"))
    assert partner.feed.headers()[tag] is True
    since = _later()
    wiki.sql(f"UPDATE #__pages SET body = REPLACE(body, 'Lyon', 'Dijon') WHERE tag = '{tag}' AND latest = 'Y'")
    wiki.php("$of('YesWiki\\\\Partageons\\\\Service\\\\Parts')->reconciler()->restart();")
    assert partner.feed.headers(since).get(tag) is True
    wiki.forget(tag)


def _later() -> str:
    """The next second, as the protocol writes it: what happens from then on is after what was."""
    time.sleep(1.1)
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_09_clients_of_every_kind_read_it(partner: Partner) -> None:
    wiki = partner.wiki
    tag = wiki.create(partner.number, partner.form.values("Partageons à tous"))
    asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
    posted = requests.post(partner.feed.door, asked, timeout=30)
    merged = requests.get(partner.feed.door, params=asked, timeout=30)
    appended = requests.get(f"{partner.feed.door}?verb=ListRecords&metadataPrefix=oai_dc", timeout=30)
    for answer in (posted, merged, appended):
        assert b"Partageons \xc3\xa0 tous" in answer.content, answer.text[:300]
        assert answer.headers["Cache-Control"].startswith("no-store")
    assert [each.setSpec for each in Sickle(partner.feed.door).ListSets()] == [f"formulaire-{partner.number}"]
    (format_,) = {each.metadataPrefix for each in Sickle(partner.feed.door).ListMetadataFormats()} - {"oai_dc"}
    assert format_ == "pv"
    wiki.forget(tag)


# The wiki in the network


def join(partner: Partner, bridge: Bridge) -> str:
    """« Rejoindre le réseau », then a coordinator accepts; the id of the source."""
    known = {each.id for each in bridge.pairings()}
    partner.act("join", {"partageons_bridge": bridge.url})

    def asking() -> list[Pairing]:
        return [each for each in bridge.pairings() if each.id not in known]

    wait(lambda: [each.state for each in asking()] == ["verified"], PATIENCE, "asked → verified", 0.5)
    (pairing,) = asking()
    bridge.type("pairing", "--accept", pairing.id)
    if 'partageons_act" value="look' in partner.wiki.get(ADMIN, partner.wiki.logged).text:
        partner.act("look")
    (pairing,) = asking()
    assert (pairing.state, bool(pairing.source)) == ("accepted", True)
    return pairing.source


@pytest.fixture(scope="module")
def sources(partner: Partner, neighbour: Partner, archive: Path, bridge: Bridge) -> dict[str, str]:
    """Both wikis joined; what the second one receives is at an address of its own."""
    neighbour.wiki.install(archive)
    for number in range(2):
        neighbour.wiki.create(neighbour.number, neighbour.form.values(f"Partageons chez le voisin {number}"))
        partner.wiki.create(partner.number, partner.form.values(f"Partageons la haie {number}"))
    neighbour.share()
    joined = {"a": join(partner, bridge), "b": join(neighbour, bridge)}
    target = f'[target]\nid = "voisin"\npartner = "{joined["b"]}"\ntitle = "Le voisin"\ntool = "yeswiki"\n'
    bridge.write("voisin.toml", f"{target}form = {FORM}\n")
    wait(lambda: bridge.showcase("Partageons la haie 1"), PATIENCE, "accepted → first records")
    return joined


def test_10_both_wikis_joined(sources: dict[str, str], bridge: Bridge, partner: Partner) -> None:
    for source in sources.values():
        page = words(bridge.get(f"sources/{source}"))
        assert "c’est la plus récente" in page and "bf_ville" not in page and "bf_themes" not in page, page[:1500]
    page = words(partner.wiki.get(ADMIN, partner.wiki.logged).text)
    assert sources["a"] in page or "localhost" in page
    text = bridge.get("feed.pv.xml")
    for secret in (*SECRETS, partner.wiki.admin):
        assert secret not in text, secret


def _listing(neighbour: Partner, bridge: Bridge, template: str = "") -> str:
    """A page of the second wiki that shows what the bridge answers; its tag."""
    more = f' template="{template}"' if template else ""
    name = f"PartageonsListe{template.title()}"
    return neighbour.wiki.page(name, f'{{{{bazarliste id="{bridge.url}pour/voisin/|{FORM}"{more}}}}}')


def test_11_a_save_shows_in_the_other_wiki_within_seconds(
    sources: dict[str, str],
    partner: Partner,
    neighbour: Partner,
    bridge: Bridge,
    record_property: Callable[[str, object], None],
) -> None:
    """The acceptance: a save, an edit and a deletion, in the other wiki's own list and in the showcase."""
    wiki, page = partner.wiki, _listing(neighbour, bridge, "liste_accordeon")

    def listed(title: str) -> bool:
        return title in words(neighbour.wiki.get(page).text)

    wait(lambda: listed("Partageons la haie 0"), PATIENCE, "the list of the other wiki")
    took: dict[str, list[float]] = {}

    def timed(what: str, change: Callable[[], object], there: Callable[[], bool], shown: Callable[[], bool]) -> None:
        start = time.monotonic()
        change()
        pending = {f"{what}, other wiki": there, f"{what}, showcase": shown}
        while pending:
            for name in [name for name, seen in pending.items() if seen()]:
                took.setdefault(name, []).append(time.monotonic() - start)
                del pending[name]
            assert time.monotonic() - start < PATIENCE, f"{list(pending)}: not after {PATIENCE:.0f} s"
            time.sleep(0.1)

    for number in range(ROUNDS):
        title, edited = f"Partageons le verger {number}", f"Partageons le vieux verger {number}"
        made: list[str] = []
        timed(
            "created",
            lambda title=title, made=made: made.append(wiki.create(partner.number, partner.form.values(title))),
            lambda title=title: listed(title),
            lambda title=title: bridge.showcase(title),
        )
        timed(
            "edited",
            lambda edited=edited, made=made: wiki.edit(made[0], {"bf_titre": edited}),
            lambda title=title, edited=edited: listed(edited) and not listed(title),
            lambda title=title, edited=edited: bridge.showcase(edited) and not bridge.showcase(title),
        )
        timed(
            "deleted",
            lambda made=made: wiki.delete(made[0]),
            lambda edited=edited: not listed(edited),
            lambda edited=edited: not bridge.showcase(edited),
        )
    figures = {name: round(median(seconds), 2) for name, seconds in took.items()}
    worst = {name: round(max(seconds), 2) for name, seconds in took.items()}
    record_property("seconds", figures)
    page = words(bridge.get(f"sources/{sources['a']}"))
    assert "annonce ses changements" in page and "sans avoir été annoncé" not in page, page[:1500]
    sys.stdout.write(json.dumps({"median seconds": figures, "worst": worst}) + "\n")


def test_12_the_other_wiki_shows_a_map_and_facets(
    sources: dict[str, str], neighbour: Partner, bridge: Bridge, partner: Partner
) -> None:
    page = neighbour.wiki.page(
        "PartageonsCarte", f'{{{{bazarliste id="{bridge.url}pour/voisin/|{FORM}" template="map" groups="bf_type"}}}}'
    )
    text = neighbour.wiki.get(page).text
    assert "45.75" in text and "4.85" in text, words(text)[:1500]
    assert "Partageons chez le voisin" not in text, "nobody receives their own"


PAGES = {
    "liste": ("{{partageons}}", ("Partageons chez le voisin 0",)),
    "carte": ('{{partageons vue="carte"}}', ("Partageons chez le voisin 0",)),
    "ajout": ("{{partageonsajout}}", ('name="bf_titre"',)),
    "bouton": ('{{partageonsajout texte="J’ajoute une initiative"}}', ("J’ajoute une initiative", "saisir_fiche")),
}


@pytest.mark.parametrize("name", PAGES)
def test_13_actions_in_a_page(sources: dict[str, str], partner: Partner, name: str) -> None:
    action, shown = PAGES[name]
    page = partner.wiki.page(f"Partageons{name.title()}", action)
    wait(lambda: all(text in partner.wiki.get(page).text for text in shown), PATIENCE, f"{action}: {shown}", pause=0.5)
    text = partner.wiki.get(page).text
    if name == "liste":
        read = words(text)
        assert "Retours d’expérience" in read or "Wiki" in read, "its source is always shown"


def test_14_an_initiative_is_added_by_the_page_for_it(sources: dict[str, str], partner: Partner) -> None:
    wiki = partner.wiki
    page = wiki.page("PartageonsAjoute", "{{partageonsajout}}")
    visitor = requests.Session()
    answer = wiki.send(page, {"bf_titre": "Partageons une initiative"}, by=visitor)
    assert answer.status_code == 302, words(answer.text)[-1500:]
    assert "PartageonsUneInitiative" in partner.feed.headers()
    wiki.forget("PartageonsUneInitiative")


def test_15_what_exists_elsewhere_is_told(sources: dict[str, str], partner: Partner) -> None:
    wiki = partner.wiki
    asked = f"api/partageons/similar&titre={quote('Partageons chez le voisin 0')}&form={partner.number}"
    found = wiki.json(asked, wiki.logged)
    assert found["seen"] and "Partageons chez le voisin 0" in json.dumps(found["items"], ensure_ascii=False), found
    page = wiki.get(f"BazaR&vue=saisir&action=saisir_fiche&id={partner.number}", wiki.logged).text
    assert "tools/partageons/assets/" in page
    assert "tools/partageons/assets/elsewhere" not in wiki.get("PagePrincipale").text, "nothing where nobody writes"
    answer = wiki.send(
        f"BazaR&vue=saisir&action=saisir_fiche&id={partner.number}", {"bf_titre": "Partageons chez le voisin 0"}
    )
    after = wiki.logged.get(answer.headers["Location"], timeout=60).text
    assert "Existe déjà ailleurs" in words(after)
    wiki.forget("PartageonsChezLeVoisin0")


def test_16_the_page_of_administrators_says_how_it_goes(sources: dict[str, str], partner: Partner) -> None:
    said = partner.act("trial")
    assert "Le réseau peut lire votre flux." in said, said
    assert "PARTAGEONS_" not in said, "every sentence is in the language of the wiki"
    page = html.fromstring(partner.wiki.get(ADMIN, partner.wiki.logged).text)
    assert not page.xpath("//p[contains(@class, 'alert-danger')]"), said


def test_17_a_wiki_emptied_by_mistake_is_said(sources: dict[str, str], partner: Partner, bridge: Bridge) -> None:
    """A form that nobody shares any longer withdraws what it shared; ticked again, all comes back."""
    partner.act("save", {"partageons_forms[]": [], "partageons_licence": "CC BY 4.0"})
    assert set(partner.feed.headers().values()) == {False}
    partner.share()
    assert True in partner.feed.headers().values()
    wait(lambda: bridge.showcase("Partageons la haie 1"), PATIENCE, "shared again")


# Copies


def test_20_copies_are_delivered_and_left_to_who_edits_them(
    sources: dict[str, str], partner: Partner, neighbour: Partner, bridge: Bridge
) -> None:
    """By the service itself, in the seconds after each change."""
    here, wiki = neighbour.wiki, partner.wiki
    number = here.form("Copies", neighbour.form.template("bf_contenu"))
    push = f'[target.push]\nto = "yeswiki"\nurl = "{here.url}"\npassword = "{KEY}"\n'
    target = f'[target]\nid = "copies"\npartner = "{sources["b"]}"\ntool = "yeswiki"\nform = {number}\n'
    tag = wiki.create(partner.number, partner.form.values("Partageons un nichoir"))
    wait(lambda: bridge.showcase("Partageons un nichoir"), PATIENCE, "at the bridge")
    bridge.write("copies.toml", target + push)

    def copies() -> dict[str, str]:
        return {each["bf_titre"]: name for name, each in here.json(f"api/forms/{number}/entries").items()}

    def delivered(there: Callable[[dict[str, str]], bool], what: str) -> None:
        took = wait(lambda: there(copies()), 2 * PATIENCE, f"{what}: {copies()}", 0.5)
        sys.stdout.write(f"{what:<40} {took:6.2f} s\n")

    delivered(lambda found: {"Partageons un nichoir", "Partageons la haie 0"} <= set(found), "first copies")
    first = copies()
    assert not set(first.values()) & set(neighbour.feed.headers()), "a copy is never shared again"
    bridge.type("deliver", "copies")
    assert copies() == first, "twice is once"
    kept = here.entry(first["Partageons un nichoir"])
    assert float(kept["bf_latitude"]) == 45.75 and wiki.address(tag) in json.dumps(kept).replace("\\/", "/"), kept
    wiki.edit(tag, {"bf_titre": "Partageons deux nichoirs"})
    delivered(lambda found: "Partageons deux nichoirs" in found, "a copy edited")
    assert copies()["Partageons deux nichoirs"] == first["Partageons un nichoir"]
    # Edited here by somebody: it is theirs.
    here.edit(first["Partageons un nichoir"], {"bf_titre": "Nos nichoirs"})
    wiki.edit(tag, {"bf_titre": "Partageons trois nichoirs"})
    wait(lambda: bridge.showcase("Partageons trois nichoirs"), PATIENCE, "edited again, at the bridge")
    (gone,) = (name for name, each in wiki.json(f"api/forms/{partner.number}/entries").items() if "haie 0" in str(each))
    wiki.delete(gone)
    delivered(lambda found: "Partageons la haie 0" not in found, "a copy taken away")
    bridge.type("deliver", "copies")
    assert "Nos nichoirs" in copies() and "Partageons trois nichoirs" not in copies()
    compared = bridge.type("deliveries", "--compare")
    assert "Nos" in compared and "Partageons trois" in compared, "told to who coordinates, word by word"
    planned = bridge.type("deliver", "copies", "--dry-run")
    assert copies()["Nos nichoirs"] == first["Partageons un nichoir"] and "créée" not in planned, planned


def test_z_uninstalling_leaves_the_wiki_as_it_was(partner: Partner, bridge: Bridge, sources: dict[str, str]) -> None:
    partner.wiki.uninstall()
    assert "OAI-PMH" not in partner.wiki.get("PagePrincipale").text
    assert partner.wiki.create(partner.number, {"bf_titre": "Partageons sans l'extension"})
    bridge.type("harvest", sources["a"], code=1)
    assert bridge.showcase("Partageons la haie 1"), "an outage withdraws nothing"
