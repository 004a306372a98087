"""Accounts: passwords, sessions, roles, limits; every address that writes asks for one."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from fake_collective import fill
from flask.testing import FlaskClient

from bridge import accounts
from bridge.collective import Collective
from bridge.config import load
from bridge.errors import BridgeError
from bridge.store.accounts import Accounts
from bridge.store.journal import Journal
from bridge.store.keys import Keys
from bridge.web import coordination, create_app

PASSWORD, OTHER = "une phrase bien assez longue", "quatre mots pris au hasard"
CHEAP = accounts.Cost(1, 1, 1)
OURS, THEIRS = "zones-humides", "arb-ouest"

# What anyone may send to, by design: readers (OAI-PMH, YesWiki), sites that sign, the hub, the door itself.
OPEN = {
    *("coordination.sign_in", "oai.provider", "oai.target_provider", "gateway.provider", "targets.target"),
    *("hooks.ping", "hooks.push", "hooks.ask", "hooks.state", "hub.hub", "hub.notified", "api.nowhere"),
}
OWN = {"coordination.leave", "coordination.password"}  # of one's own session: any account may


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing; what they cost in earnest is one of the tests."""
    monkeypatch.setattr(accounts, "COST", CHEAP)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Collective]:
    (tmp_path / "mappings").mkdir()
    made = Collective(load(tmp_path, {}))
    fill(made)
    accounts.add(made, "marie", "administrator", (), PASSWORD, "cli")
    accounts.add(made, "karim", "coordinator", (), PASSWORD, "cli")
    accounts.add(made, "parc", "partner", [OURS], PASSWORD, "cli")
    yield made
    made.close()


Enter = Callable[..., FlaskClient]


@pytest.fixture
def enter(here: Collective) -> Enter:
    """``enter("marie")``: a browser where someone is signed in."""

    def sign_in(name: str, password: str = PASSWORD) -> FlaskClient:
        client = create_app(here).test_client()
        assert client.post("/coordination", data={"name": name, "password": password}).status_code == 302
        return client

    return sign_in


def form(client: FlaskClient) -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get("/coordination").text)
    assert found
    return found[1]


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    return client.post(path, data={"form": form(client), **data})


def acts(here: Collective) -> list[tuple[str, str, str]]:
    with here.store.snapshot() as snapshot:
        return [(each.who, each.act, each.about) for each in Journal(snapshot).acts(1000)]


# Passwords


def test_a_password_is_kept_as_its_hash_alone(here: Collective) -> None:
    with here.store.snapshot() as snapshot:
        kept = [each.password for each in Accounts(snapshot).all()]
    assert len(set(kept)) == 3, "each has a salt of its own"
    assert all(each.startswith("scrypt$1$1$1$") and accounts.is_right(PASSWORD, each) for each in kept)
    assert not accounts.is_right(OTHER, kept[0]) and not accounts.is_right("", kept[0])
    assert PASSWORD.encode() not in b"".join(path.read_bytes() for path in here.settings.data.glob("partageons*"))
    assert kept[0] not in repr(Accounts)


def test_what_is_typed_the_same_is_the_same() -> None:
    kept = accounts.hashed("une clé très sûre", CHEAP)
    assert accounts.is_right(" une cle\u0301 très sûre\n", kept), (
        "composed or not, with the end of the line that was copied"
    )
    assert not accounts.is_right("une cle très sûre", kept)


def test_a_hash_tells_its_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = accounts.hashed(PASSWORD, accounts.Cost(2, 2, 2))
    monkeypatch.setattr(accounts, "COST", accounts.Cost(3, 1, 1))
    assert accounts.is_right(PASSWORD, kept) and accounts.hashed(PASSWORD).startswith("scrypt$3$1$1$")


def test_an_unknown_name_costs_what_a_wrong_password_costs(here: Collective, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "COST", accounts.Cost())
    tried: list[tuple[str, accounts.Cost]] = []
    real = accounts._scrypt

    def told(password: str, salt: bytes, cost: accounts.Cost) -> bytes:
        tried.append((password, cost))
        return real(password, salt, accounts.Cost(1, 1, 1))

    accounts.set_password(here, "marie", OTHER, "cli")
    monkeypatch.setattr(accounts, "_scrypt", told)
    for name in ("marie", "personne"):
        assert accounts.sign_in(here, name, "fausse", "192.0.2.1") is None
    assert tried == [("fausse", accounts.Cost())] * 2
    with here.store.writing() as writing:
        Accounts(writing).change(accounts.find(writing, "marie").id, disabled=True)
    assert accounts.sign_in(here, "marie", OTHER, "192.0.2.1") is None and len(tried) == 3


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("courte", "au moins 12 caractères"),
        ("           é", "au moins 12 caractères"),
        ("a" * 2000, "1000 au plus"),
        ("aaaaaaaaaaaaaaaa", "se devine"),
        ("marie-claude1", "se devine"),
    ],
)
def test_a_password_that_will_not_do(here: Collective, password: str, told: str) -> None:
    with pytest.raises(BridgeError, match=told):
        accounts.add(here, "marie-claude", "coordinator", (), password, "cli")


@pytest.mark.parametrize("name", ["", " ", "cli", "a" * 61, "<b>", "a\nb", "a(b)", "-a", "MARIE"])
def test_a_name_that_will_not_do(here: Collective, name: str) -> None:
    with pytest.raises(BridgeError, match="ne convient pas|existe déjà"):
        accounts.add(here, name, "coordinator", (), PASSWORD, "cli")


def test_a_password_that_is_drawn_is_long_and_never_the_same() -> None:
    drawn = {accounts.generated() for _ in range(50)}
    assert len(drawn) == 50 and all(re.fullmatch(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", each) for each in drawn)


# Who is left


def test_there_is_always_an_administrator(here: Collective) -> None:
    last = "aucun administrateur"
    for change in (
        lambda: accounts.disable(here, "marie", "cli"),
        lambda: accounts.remove(here, "marie", "cli"),
        lambda: accounts.set_role(here, "marie", "coordinator", (), "cli"),
    ):
        with pytest.raises(BridgeError, match=last):
            change()
    with here.store.snapshot() as snapshot:
        marie = accounts.find(snapshot, "marie")
    assert marie.role == "administrator" and not marie.disabled
    accounts.set_role(here, "karim", "administrator", (), "cli")
    accounts.disable(here, "marie", "cli")
    with pytest.raises(BridgeError, match=last):
        accounts.remove(here, "karim", "cli")


def test_the_first_account_is_an_administrator(tmp_path: Path) -> None:
    made = Collective(load(tmp_path, {}))
    with pytest.raises(BridgeError, match="administrateur"):
        accounts.add(made, "karim", "coordinator", (), PASSWORD, "cli")
    made.close()


def test_a_partner_is_bound_to_sources_that_exist(here: Collective) -> None:
    for role, sources, told in (
        ("partner", (), "une source au moins"),
        ("partner", ("nulle",), "n'existe pas"),
        ("coordinator", (OURS,), "Seul un compte"),
        ("chef", (), "Rôles"),
    ):
        with pytest.raises(BridgeError, match=told):
            accounts.add(here, "x", role, sources, PASSWORD, "cli")


# Sessions


def test_a_session_ends_with_its_password_its_account_or_its_day(
    here: Collective, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def let_in(client: FlaskClient) -> bool:
        return client.get("/sources/nouvelle").status_code == 200

    one, two = enter("karim"), enter("karim")
    assert let_in(one) and let_in(two)
    accounts.set_password(here, "karim", OTHER, "cli")
    assert not let_in(one) and not let_in(two)
    again = enter("karim", OTHER)
    accounts.disable(here, "karim", "cli")
    assert not let_in(again)
    accounts.enable(here, "karim", "cli")
    assert not let_in(again), "open again, the account has new sessions only"
    last = enter("karim", OTHER)
    accounts.set_role(here, "karim", "partner", [OURS], "cli")
    assert last.get("/sources/nouvelle").status_code == 403, "a role counts at once"
    accounts.remove(here, "karim", "cli")
    accounts.add(here, "karim", "administrator", (), OTHER, "cli")
    assert not let_in(last), "another account of the same name is another one"
    marie = enter("marie")
    assert let_in(marie)
    late = time.time() + coordination.DAY.total_seconds() + 60
    monkeypatch.setattr(coordination.time, "time", lambda: late)
    assert not let_in(marie)


def test_a_session_of_before_is_not_the_session_of_after(enter: Enter) -> None:
    client = enter("parc")
    token = form(client)
    client.post("/coordination", data={"name": "marie", "password": PASSWORD})
    assert (
        client.post("/coordination/comptes", data={"form": token, "act": "disable", "name": "karim"}).status_code == 403
    )
    assert form(client) != token


def test_a_cookie_that_was_made_up_opens_nothing(here: Collective) -> None:
    client = create_app(here).test_client()
    for value in ("x", "eyJhY2NvdW50IjoxfQ.aaaa.bbbb", ""):
        client.set_cookie("partageons", value)
        assert client.get("/sources/nouvelle").status_code == 302


def test_ones_own_password(here: Collective, enter: Enter) -> None:
    client, other = enter("parc"), enter("parc")
    path = "/coordination/mot-de-passe"
    assert 'autocomplete="new-password"' in client.get(path).text
    for old, new, again, told in (
        ("fausse", OTHER, OTHER, "n’est pas le bon"),
        (PASSWORD, OTHER, "autre chose ici", "ne sont pas les mêmes"),
        (PASSWORD, "court", "court", "au moins 12"),
    ):
        page = post(client, path, old=old, new=new, again=again)
        assert page.status_code == 422 and told in page.text.replace("&#39;", "'")
    assert post(client, path, old=PASSWORD, new=OTHER, again=OTHER).status_code == 302
    assert "est changé" in client.get("/coordination").text, "whoever changed it is still signed in"
    assert other.get(path).status_code == 302
    assert acts(here)[0] == ("parc", "account password", "parc")


# Limits


def test_a_name_is_tried_five_times(here: Collective) -> None:
    client = create_app(here).test_client()

    def tried(name: str, password: str, address: str) -> int:
        data, environ = {"name": name, "password": password}, {"REMOTE_ADDR": address}
        answer = client.post("/coordination", data=data, environ_overrides=environ)
        assert answer.status_code != 429 or ("15 minutes" in answer.text and answer.headers["Retry-After"] == "900")
        return answer.status_code

    assert [tried("marie", "fausse", f"192.0.2.{n}") for n in range(6)] == [403] * 5 + [429]
    assert tried("MARIE ", PASSWORD, "192.0.2.99") == 429, "not even the right one"
    assert tried("karim", PASSWORD, "192.0.2.1") == 302
    accounts.set_password(here, "marie", OTHER, "cli")
    assert tried("marie", OTHER, "192.0.2.99") == 302, "a new password lets its owner in again"


def test_an_address_may_fail_twenty_times(here: Collective) -> None:
    def tried(name: str, address: str, password: str = "fausse") -> bool:
        try:
            return accounts.sign_in(here, name, password, address) is not None
        except accounts.TooMany:
            raise StopIteration from None

    for n in range(19):
        assert not tried(f"n{n}", f"2001:db8::{n:x}")
    assert tried("karim", "2001:db8::ff", PASSWORD) and tried("karim", "2001:db8::ff", PASSWORD), (
        "success costs nothing"
    )
    assert not tried("x", "2001:db8::1")
    with pytest.raises(StopIteration):
        tried("y", "2001:db8:0:0:ffff::1")  # the same /64
    assert not tried("y", "2001:db8:0:1::1") and not tried("y", "::ffff:192.0.2.1") and not tried("y", "192.0.2.2")


def test_attempts_are_forgotten_and_tell_no_address(here: Collective, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        accounts.sign_in(here, "marie", "fausse-et-longue", "192.0.2.77")
    kept = b"".join(path.read_bytes() for path in here.settings.data.glob("partageons*"))
    assert b"192.0.2.77" not in kept and b"fausse-et-longue" not in kept
    monkeypatch.setattr(accounts, "SPAN", accounts.SPAN * 0)
    time.sleep(1.1)  # instants are whole seconds
    assert accounts.sign_in(here, "marie", PASSWORD, "192.0.2.77")


def test_all_processes_count_together(here: Collective, tmp_path: Path) -> None:
    other = Collective(load(tmp_path, {}))
    for each in (here, other, here, other, here):
        assert accounts.sign_in(each, "marie", "fausse", "192.0.2.1") is None
    for each in (here, other):
        with pytest.raises(accounts.TooMany):
            accounts.sign_in(each, "marie", PASSWORD, "192.0.2.1")
    other.close()


# Who may do what


def writing_routes(here: Collective) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and path of everything that may be sent to."""
    app = create_app(here)
    values = {"id": THEIRS, "number": 1, "file": "x", "source": THEIRS, "token": "x", "rest": "x"}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            for method in sorted(set(rule.methods or ()) & {"POST", "PUT", "DELETE", "PATCH"}):
                built = rule.build({name: values[name] for name in rule.arguments})
                assert built
                yield rule.endpoint.replace("_en.", "."), method, built[1]


def test_every_address_that_writes_asks_for_an_account(here: Collective, enter: Enter) -> None:
    routes = [route for route in writing_routes(here) if route[0] not in OPEN]
    assert len(routes) > 20 and {endpoint for endpoint, *_ in writing_routes(here)} >= OPEN
    visitor, partner, administrator = create_app(here).test_client(), enter("parc"), enter("marie")
    token, before = form(partner), acts(here)
    refused = {302, 403, 404}
    for endpoint, method, path in routes:
        assert visitor.open(path, method=method, data={"act": "release"}).status_code in refused, path
        forged = administrator.open(path, method=method, data={"act": "release", "form": "x"})
        assert forged.status_code in {403, 404}, path
        if endpoint not in OWN:
            data = {"form": token, "act": "release", "name": "karim", "field": "themes", "label": "x", "theirs": "x"}
            assert partner.open(path, method=method, data=data).status_code in refused, path
    assert acts(here) == before


@pytest.mark.parametrize(
    ("role", "path", "data", "status"),
    [
        ("karim", "/coordination/comptes", {"act": "disable", "name": "parc"}, 403),
        ("karim", f"/coordination/cle/{OURS}", {"act": "show"}, 200),
        ("karim", f"/coordination/cle/{OURS}", {"act": "rotate"}, 403),
        ("karim", f"/coordination/cle/{OURS}", {"act": "revoke"}, 403),
        ("karim", "/sources/entreprises/disparitions", {"act": "release"}, 302),
        ("karim", "/sources/entreprises/disparitions", {"act": "refuse"}, 302),
        ("karim", "/sources/entreprises/disparitions", {"act": "autre"}, 400),
        ("karim", "/sources/nulle/disparitions", {"act": "release"}, 404),
        ("parc", f"/coordination/cle/{OURS}", {"act": "show"}, 200),
        ("parc", f"/coordination/cle/{OURS}", {"act": "rotate"}, 403),
        ("parc", f"/coordination/cle/{THEIRS}", {"act": "show"}, 403),
        ("parc", f"/sources/{OURS}/mots", {"field": "themes", "label": "x", "concept": ""}, 302),
        ("parc", f"/sources/{THEIRS}/mots", {"field": "themes", "label": "x", "concept": ""}, 403),
        ("parc", f"/sources/{OURS}/champs", {"theirs": "Rédacteur", "ours": ""}, 302),
        ("parc", f"/sources/{OURS}/disparitions", {"act": "refuse"}, 302),
        ("parc", f"/sources/{THEIRS}/disparitions", {"act": "refuse"}, 403),
        ("parc", "/sources/nouvelle", {"url": "https://a.fr"}, 403),
        ("parc", "/coordination/journal/1", {}, 403),
        ("marie", f"/coordination/cle/{OURS}", {"act": "revoke"}, 200),
        ("marie", "/coordination/comptes", {"act": "disable", "name": "parc"}, 302),
        ("marie", "/coordination/comptes", {"act": "autre", "name": "parc"}, 400),
        ("marie", "/coordination/cle/nulle", {"act": "show"}, 404),
    ],
)
def test_each_role_does_what_is_its_own(enter: Enter, role: str, path: str, data: dict[str, str], status: int) -> None:
    assert post(enter(role), path, **data).status_code == status


@pytest.mark.parametrize(
    ("role", "seen", "hidden"),
    [
        ("marie", ("/coordination/comptes", "/coordination/journal", "/sources/nouvelle"), ()),
        ("karim", ("/coordination/journal", "/sources/nouvelle"), ("/coordination/comptes",)),
        (
            "parc",
            ("/coordination/mot-de-passe",),
            ("/coordination/comptes", "/coordination/journal", "/sources/nouvelle"),
        ),
    ],
)
def test_each_role_sees_the_pages_that_are_its_own(
    enter: Enter, role: str, seen: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    client = enter(role)
    desk = client.get("/coordination").text
    for path in seen:
        assert client.get(path).status_code == 200 and f'href="{path}"' in desk
        assert client.get(f"/en{path}").status_code == 200
    for path in hidden:
        assert client.get(path).status_code == 403 and f'href="{path}"' not in desk


def test_a_partner_sees_the_buttons_of_its_own_sources_only(enter: Enter) -> None:
    client = enter("parc")
    assert f"/coordination/cle/{OURS}" in client.get(f"/sources/{OURS}").text
    theirs = client.get("/sources/entreprises").text
    assert "/coordination/cle/" not in theirs and "/disparitions" not in theirs
    assert "Entreprises" not in client.get("/coordination").text


# Pages


def test_accounts_are_made_in_the_browser_and_a_password_is_shown_once(here: Collective, enter: Enter) -> None:
    client = enter("marie")
    made = post(client, "/coordination/comptes", act="add", name="Léa", role="partner", source=OURS)
    drawn = re.search(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", made.text)
    assert drawn and made.headers["Cache-Control"] == "private, no-store"
    assert drawn[0] not in client.get("/coordination/comptes").text
    assert enter("léa", drawn[0]).get("/coordination").status_code == 200
    again = post(client, "/coordination/comptes", act="add", name="lÉa", role="coordinator")
    assert again.status_code == 422 and "existe déjà" in again.text
    other = post(client, "/coordination/comptes", act="password", name="Léa")
    assert drawn[0] not in other.text and "montré cette fois seulement" in other.text
    for act, told in (("disable", "est fermé"), ("enable", "est rouvert"), ("remove", "est supprimé")):
        assert (
            told
            in client.post(
                "/coordination/comptes", data={"form": form(client), "act": act, "name": "Léa"}, follow_redirects=True
            ).text
        )
    assert [act for _, act, about in acts(here) if about == "Léa"] == [
        *("account remove", "account enable", "account disable", "account password", "account add")
    ]
    last = post(client, "/coordination/comptes", act="remove", name="marie")
    assert last.status_code == 422 and "aucun administrateur" in last.text


def test_a_key_is_shown_on_demand_and_kept_nowhere(here: Collective, enter: Enter) -> None:
    client = enter("marie")
    key = re.compile(r"whsec_[A-Za-z0-9+/=]+")
    assert not key.search(client.get(f"/sources/{OURS}").text)
    shown = post(client, f"/coordination/cle/{OURS}", act="show")
    (first,) = set(key.findall(shown.text))
    assert shown.headers["Cache-Control"] == "private, no-store"
    both = set(key.findall(post(client, f"/coordination/cle/{OURS}", act="rotate").text))
    assert len(both) == 2 and first in both
    assert not key.search(post(client, f"/coordination/cle/{OURS}", act="revoke").text)
    with here.store.snapshot() as snapshot:
        assert Keys(snapshot).versions(OURS) == ()
        written = " ".join(f"{act.about} {act.before}" for act in Journal(snapshot).acts(100))
    assert not key.search(written)


# The command line


def test_accounts_at_the_command_line(run: Run, source: str) -> None:
    assert "administrator" in run("account", "list")
    assert "premier compte" in run("account", "add", "karim", "--role", "coordinator", code=1, typed=f"{PASSWORD}\n")
    assert "est prêt" in run("account", "add", "marie", "--role", "administrator", typed=f"{PASSWORD}\n")
    assert "existe déjà" in run("account", "add", "Marie", "--role", "administrator", code=1, typed=f"{PASSWORD}\n")
    assert "Aucun mot de passe" in run("account", "add", "x", "--role", "administrator", code=1, typed="")
    told = run("account", "add", "parc", "--role", "partner", "--source", source, "--generate")
    assert re.search(r"Mot de passe : ([a-z2-9]{5}-){3}[a-z2-9]{5}", told)
    assert PASSWORD not in run("account", "list") and "scrypt" not in run("account", "list", "--json")
    rows = json.loads(run("account", "list", "--json"))
    assert [(row["name"], row["role"], row["sources"]) for row in rows] == [
        ("marie", "administrator", []),
        ("parc", "partner", ["a"]),
    ]
    assert "aucun administrateur" in run("account", "disable", "marie", code=1)
    run("account", "role", "parc", "administrator")
    run("account", "disable", "marie")
    assert json.loads(run("account", "list", "--json"))[0]["disabled"] is True
    run("account", "enable", "marie")
    run("account", "password", "marie", typed=f"{OTHER}\n")
    assert "Comptes : marie, parc" in run("account", "password", "paul", code=1, typed=f"{OTHER}\n")
    run("account", "remove", "parc", "--yes")
    journal = json.loads(run("journal", "--json"))
    assert [row["act"] for row in journal] == [
        *("account remove", "account password", "account enable", "account disable", "account role"),
        *("account add", "account add", "add"),
    ]
    assert all(row["who"].startswith("cli") for row in journal)
    assert OTHER not in run("journal") and OTHER not in json.dumps(journal)


# A session of its own, whose terminal is the standard input; then the command.
IN_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "bridge.cli", *sys.argv[1:]])
"""


def test_on_a_terminal_a_password_is_asked_twice_and_not_shown(tmp_path: Path) -> None:
    terminal, theirs = pty.openpty()
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1]), "NO_COLOR": "1"}
    typed = [sys.executable, "-c", IN_A_TERMINAL, "account", "add", "marie", "--role", "administrator"]
    running = subprocess.Popen(
        typed, cwd=tmp_path, env=environ, start_new_session=True, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    for asked in (b"Mot de passe", b"Encore une fois"):
        while asked not in shown:
            shown += os.read(terminal, 1024)
        os.write(terminal, f"{PASSWORD}\n".encode())
    with suppress(OSError):  # Linux says so when the other end is closed
        while piece := os.read(terminal, 1024):
            shown += piece
    os.close(terminal)
    assert running.wait() == 0
    assert "est prêt" in shown.decode() and PASSWORD not in shown.decode()
