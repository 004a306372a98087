"""What the extension costs a YesWiki of 2,000 entries: two running wikis that the environment describes, as for
``tests/real/test_yeswiki.py``; one has the extension, the other does not. What is compared is taken in turn.
"""

from __future__ import annotations

import json
import runpy
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import requests

from bench.figure import Figure, wall
from bench.hearing import bridge, quickest
from tests.real import yeswiki
from tests.real.yeswiki import Initiatives, YesWiki, php

ROOT = Path(__file__).parents[1]
ENTRIES, BATCH = 2_000, 250
SAVES, PAGES = 60, 25
PARTS = "$of('YesWiki\\\\Partageons\\\\Service\\\\Parts')"
COLUMNS = ("tag", "time", "owner", "user", "latest", "handler", "body", "body_r")
DEAD = "http://127.0.0.1:9/"
UNKNOWN = (
    "yeswiki : rien n'est mesuré sans deux YesWiki, que disent PARTAGEONS_YESWIKI_A_URL, _FOLDER, _KEY et _PASSWORD,"
    " et les mêmes pour B.\n"
)


def figures() -> list[Figure]:
    if not (yeswiki.described("A") and yeswiki.described("B")):
        sys.stderr.write(UNKNOWN)
        return []
    built = runpy.run_path(str(ROOT / "scripts" / "plugins.py"))["build"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours, plain = (stack.enter_context(yeswiki.running(letter)) for letter in "AB")
        forms = [Initiatives(wiki, "Mesure") for wiki in (ours, plain)]
        for form in forms:
            _fill(form)
        ours.install(built(folder, plugins=("yeswiki",))["yeswiki"])
        return list(_figures(*forms))


def _fill(form: Initiatives) -> None:
    """Copies of one entry, which the wiki wrote itself."""
    wiki, number = form.wiki, form.number
    tag = wiki.create(number, form.values("Partageons une mesure"))
    (row,) = wiki.sql(f"SELECT {', '.join(COLUMNS)} FROM #__pages WHERE tag = '{tag}' AND latest = 'Y'")
    (kind,) = wiki.sql(f"SELECT property, value FROM #__triples WHERE resource = '{tag}' AND value = 'fiche_bazar'")
    for start in range(1, ENTRIES, BATCH):
        pages, triples = [], []
        for rank in range(start, min(start + BATCH, ENTRIES)):
            name = f"{tag}{rank}"
            body = json.loads(row["body"]) | {"id_fiche": name, "bf_titre": f"Partageons la mesure {rank}"}
            values = {**row, "tag": name, "body": json.dumps(body, separators=(",", ":"))}
            pages.append(f"({', '.join(_quoted(values[column]) for column in COLUMNS)})")
            triples.append(f"({_quoted(name)}, {_quoted(kind['property'])}, {_quoted(kind['value'])})")
        wiki.sql(
            f"INSERT INTO #__pages ({', '.join(COLUMNS)}) VALUES {', '.join(pages)}",
            f"INSERT INTO #__triples (resource, property, value) VALUES {', '.join(triples)}",
        )


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _figures(ours: Initiatives, plain: Initiatives) -> Iterator[Figure]:
    wiki = ours.wiki
    wiki.set({"partageons_forms": ours.number, "partageons_licence": "CC BY 4.0"})
    feed = wiki.address("api/partageons/oai")
    first = f"{feed}&verb=ListRecords&metadataPrefix=pv"
    start = time.monotonic()
    while f'completeListSize="{ENTRIES}"' not in _get(first).text:
        if time.monotonic() - start > 120:
            raise RuntimeError("le flux n'a pas toutes les fiches")
    yield Figure("yeswiki-backfill-entries-per-second", ENTRIES / (time.monotonic() - start), "/s", at_least=200)

    whole = wiki.address(f"api/forms/{ours.number}/entries")
    page, listed = quickest(lambda: _get(first), lambda: _get(whole), PAGES)
    yield Figure("yeswiki-oai-page-of-100", page, "s", at_most=0.3)
    yield Figure("yeswiki-oai-page-vs-list-of-entries", page / listed, "x", at_most=0.6)

    now = f"{first}&from={datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    one = wiki.address("api/entries/json/PartageonsUneMesure")
    nothing, light = quickest(lambda: _get(now), lambda: _get(one), PAGES)
    yield Figure("yeswiki-oai-unchanged", nothing, "s", at_most=0.3)
    yield Figure("yeswiki-oai-unchanged-vs-one-entry", nothing / light, "x", at_most=1.5)

    # Ordinary pages, then saves, in a wiki that tells its changes.
    fronts = [each.wiki.address("PagePrincipale") for each in (ours, plain)]
    with_it, without = quickest(lambda: _get(fronts[0]), lambda: _get(fronts[1]), PAGES)
    yield Figure("yeswiki-front-page-more", (with_it - without) * 1000, "ms", at_most=5)
    with bridge() as (address, heard):
        _joined(wiki, address)
        saves = [_saver(each) for each in (ours, plain)]
        with_it, without = quickest(saves[0], saves[1], SAVES, pause=0.3)
        yield Figure("yeswiki-save-more", (with_it - without) * 1000, "ms", at_most=5)
        if not heard:
            raise RuntimeError("le pont n'a entendu aucun signal")
    yield from _dead_bridge(wiki)


def _joined(wiki: YesWiki, address: str) -> None:
    now = int(time.time())
    pairing = {
        "state": "accepted", "begun": now, "looked": now, "wait": 0, "address": address,
        "feed": wiki.address("api/partageons/oai"), "id": "mesure", "nonce": "mesure", "said": "", "source": "mesure",
        "ping": f"{address}ping/mesure", "key": "whsec_bWVzdXJlbWVzdXJlbWVzdXJlbWVzdXJl",
    }  # fmt: skip
    code = f"{PARTS}->memory()->set('pairing', {php(json.dumps(pairing))}); echo {PARTS}->pairing()->pingAddress();"
    if wiki.php(code) != pairing["ping"]:
        raise RuntimeError("le wiki n'est pas dans le réseau")


def _saver(form: Initiatives) -> Callable[[], None]:
    """An entry edited by the form of the wiki, which was opened before."""
    wiki, tag = form.wiki, "PartageonsUneMesure1000"
    filled, _ = wiki.entry_form(f"{tag}/edit", wiki.logged)
    fixed = [(name, (None, "1" if name == "antispam" else text)) for name, text in filled.form_values()]
    count = iter(range(1_000_000))

    def save() -> None:
        parts = [part for part in fixed if part[0] != "bf_surface"]
        parts.append(("bf_surface", (None, f"{next(count)} m²")))
        answer = wiki.logged.post(wiki.address(f"{tag}/edit"), files=parts, timeout=60, allow_redirects=False)
        if answer.status_code != 302:
            raise RuntimeError(f"la fiche n'est pas enregistrée : réponse {answer.status_code}")

    return save


def _dead_bridge(wiki: YesWiki) -> Iterator[Figure]:
    """A page that shows resources of the network when the bridge is down, against the same page without them."""
    wiki.set({"partageons_forms": "", "partageons_bridge": DEAD})
    shown = wiki.address(wiki.page("PartageonsMesure", "Une page. {{partageons}}"))
    bare = wiki.address(wiki.page("PartageonsMesureNue", "Une page."))
    worst = wall(lambda: _get(shown))
    with_it, without = quickest(lambda: _get(shown), lambda: _get(bare), PAGES)
    yield Figure("yeswiki-page-with-dead-bridge-more", (with_it - without) * 1000, "ms", at_most=50)
    yield Figure("yeswiki-page-with-dead-bridge-first", (worst - without) * 1000, "ms", at_least=0)


def _get(url: str) -> requests.Response:
    answer = requests.get(url, timeout=120)
    answer.raise_for_status()
    return answer
