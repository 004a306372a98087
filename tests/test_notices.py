"""What coordinators must know: told once, mailed once, settled once."""

from __future__ import annotations

import logging
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from bridge import mailing, smtp
from bridge.collective import Collective
from bridge.config import load
from bridge.errors import ConfigError
from bridge.store import notices as stored
from bridge.store.notices import Notice, Notices

Tell = Callable[..., bool]


@pytest.fixture
def tell(collective: Collective) -> Tell:
    def tell(kind: str, about: str, message: str = "Quelque chose.") -> bool:
        with collective.store.writing() as writing:
            return Notices(writing).tell(kind, about, message)

    return tell


def opened(collective: Collective) -> list[Notice]:
    with collective.store.snapshot() as snapshot:
        return Notices(snapshot).open()


def settle(collective: Collective, kind: str, about: str) -> bool:
    with collective.store.writing() as writing:
        return Notices(writing).settle(kind, about)


def test_a_notice_is_open_once_for_each_thing_until_it_is_settled(collective: Collective, tell: Tell) -> None:
    assert tell("held", "parc", "12 fiches retenues.") and not tell("held", "parc", "14 fiches retenues.")
    assert tell("held", "bocages") and tell("unreachable", "parc")
    assert [(each.kind, each.about) for each in opened(collective)] == [
        ("held", "parc"),
        ("held", "bocages"),
        ("unreachable", "parc"),
    ]
    assert opened(collective)[0].message == "14 fiches retenues."
    assert settle(collective, "held", "parc") and not settle(collective, "held", "parc")
    assert [each.about for each in opened(collective)] == ["bocages", "parc"]
    assert tell("held", "parc"), "what comes back after it was settled is new"


def test_notices_change_nothing_public(collective: Collective, tell: Tell) -> None:
    before = collective.store.seq
    tell("held", "parc")
    settle(collective, "held", "parc")
    assert collective.store.seq == before


def test_settled_notices_do_not_pile_up(collective: Collective, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    tell("held", "parc")
    settle(collective, "held", "parc")
    tell("held", "bocages")
    with collective.store.writing() as writing:
        monkeypatch.setattr(writing, "datestamp", "2999-01-01T00:00:00Z")
        Notices(writing).settle("held", "bocages")
        rows = writing.connection.execute(stored.notice.select()).all()
    assert [row.about for row in rows] == ["bocages"]


class Box:
    """What a mail server took, and what it answers."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.encrypted: list[bool] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
            self.encrypted.append(session.ssl is not None)
        return self.answer


Serve = Callable[..., tuple[Box, str]]


@pytest.fixture
def mail_server() -> Iterator[Serve]:
    """``mail_server(**options)`` starts a real one on loopback: what it takes, and its address."""
    running: list[Controller] = []

    def serve(**options: Any) -> tuple[Box, str]:
        box = Box()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        running.append(Controller(box, "127.0.0.1", port, **options))
        running[-1].start()
        return box, f"127.0.0.1:{port}"

    yield serve
    for each in running:
        each.stop()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A mail server's own certificate, of nobody in particular."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is needed to make a certificate")
    made = tmp_path_factory.mktemp("tls") / "both.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=courrier.exemple.fr"]
    subprocess.run([*request, "-keyout", made, "-out", made], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    return context


def with_mail(collective: Collective, server: str) -> Collective:
    collective.settings = replace(collective.settings, smtp=server, admin_email="contact@pont.exemple.fr")
    return collective


def test_what_waits_leaves_in_one_mail_and_only_once(collective: Collective, tell: Tell, mail_server: Serve) -> None:
    box, address = mail_server()
    here = with_mail(collective, f"smtp://{address}")
    assert mailing.send_waiting(here) == 0 and not box.taken
    tell("held", "parc", "12 fiches de « parc » sont retenues.")
    tell("dead", "agences", "3 envois vers « agences » sont abandonnés.")
    assert mailing.send_waiting(here) == 2
    (mail,) = box.taken
    assert mail["To"] == mail["From"] == "contact@pont.exemple.fr"
    assert mail["Subject"] == "Partageons vert : 2 choses à voir"
    body = mail.get_content()
    assert "12 fiches de « parc » sont retenues." in body and "« agences »" in body
    assert "https://pont.exemple.fr/coordination" in body
    assert all(each.sent for each in opened(here)) and mailing.send_waiting(here) == 0 and len(box.taken) == 1


def test_mails_are_ten_minutes_apart_even_when_they_fail(
    collective: Collective,
    tell: Tell,
    mail_server: Serve,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    box, address = mail_server()
    here = with_mail(collective, f"smtp://{address}")
    box.answer = "451 plus tard"
    tell("held", "parc")
    with caplog.at_level(logging.WARNING):
        assert mailing.send_waiting(here) == 0
    assert "refuse le message (451)" in caplog.text and not opened(here)[0].sent
    box.answer = "250 OK"
    tell("held", "bocages")
    assert mailing.send_waiting(here) == 0 and not box.taken, "it was tried a moment ago"
    monkeypatch.setattr(mailing, "PAUSE", -mailing.PAUSE)  # as if ten minutes had passed
    assert mailing.send_waiting(here) == 2 and len(box.taken) == 1


def test_two_processes_send_one_mail(collective: Collective, tell: Tell) -> None:
    tell("held", "parc")
    other = Collective(collective.settings)
    try:
        with collective.store.writing() as writing:
            assert Notices(writing).take("2999-01-01T00:00:00Z")
        with other.store.writing() as writing:
            assert not Notices(writing).take("2000-01-01T00:00:00Z")
    finally:
        other.close()


def test_a_name_cannot_add_headers_nor_a_message_break_the_mail(
    collective: Collective, tell: Tell, mail_server: Serve
) -> None:
    box, address = mail_server()
    here = with_mail(collective, f"smtp://{address}")
    here.settings = replace(here.settings, name="Pont\r\nBcc: victime@exemple.fr")
    tell("held", "parc", "Une ligne\r\n.\r\nMAIL FROM:<x@exemple.fr>")
    assert mailing.send_waiting(here) == 1
    (mail,) = box.taken
    assert mail["Bcc"] is None and mail["Subject"].startswith("Pont Bcc: victime")
    assert "MAIL FROM" in mail.get_content()


def test_many_notices_make_one_bounded_mail(collective: Collective, tell: Tell, mail_server: Serve) -> None:
    box, address = mail_server()
    here = with_mail(collective, f"smtp://{address}")
    with here.store.writing() as writing:
        for number in range(150):
            Notices(writing).tell("twice", f"source-{number}", f"Chose {number}.")
    assert mailing.send_waiting(here) == 150
    assert box.taken[0].get_content().count("Chose ") == mailing.MOST and "et 50 autres" in box.taken[0].get_content()


def test_the_connection_is_encrypted_when_the_server_offers_it(mail_server: Serve, tls: ssl.SSLContext) -> None:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"pont", b"p@ss:w/rd"), handled=False)

    box, address = mail_server(tls_context=tls, require_starttls=True, authenticator=check)
    mail = EmailMessage()
    mail["From"] = mail["To"] = "contact@exemple.fr"
    smtp.send(f"smtp://pont:p%40ss%3Aw%2Frd@{address}", mail)
    assert box.encrypted == [True]
    smtp.greet(f"smtp://pont:p%40ss%3Aw%2Frd@{address}")
    assert len(box.taken) == 1
    with pytest.raises(smtp.MailError, match="refuse ce nom ou ce mot de passe") as refused:
        smtp.send(f"smtp://pont:devine-moi@{address}", mail)
    assert "devine-moi" not in str(refused.value) and refused.value.__cause__ is None
    straight, address = mail_server(ssl_context=tls)
    smtp.send(f"smtps://{address}", mail)
    assert len(straight.taken) == 1, "it only listens behind TLS"


def test_a_server_elsewhere_must_encrypt_and_be_who_it_says(
    mail_server: Serve, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more: real("127.0.0.1", *more))
    box, address = mail_server()
    mail = EmailMessage()
    mail["From"] = mail["To"] = "contact@exemple.fr"
    elsewhere = address.replace("127.0.0.1", "courrier.exemple.fr")
    with pytest.raises(smtp.MailError, match="n'offre pas de chiffrement"):
        smtp.send(f"smtp://{elsewhere}", mail)
    secure, address = mail_server(tls_context=tls)
    with pytest.raises(smtp.MailError, match="ne répond pas .*certificate"):
        smtp.send(f"smtp://{address.replace('127.0.0.1', 'courrier.exemple.fr')}", mail)
    assert not box.taken and not secure.taken


def test_a_server_that_is_not_there_is_told(collective: Collective, tell: Tell, caplog: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    tell("held", "parc")
    assert mailing.send_waiting(with_mail(collective, f"smtp://pont:secret-99@127.0.0.1:{port}")) == 0
    assert "Le serveur de courrier 127.0.0.1 ne répond pas" in caplog.text and "secret-99" not in caplog.text


def test_without_a_mail_server_nothing_is_tried(collective: Collective, tell: Tell) -> None:
    tell("held", "parc")
    assert mailing.send_waiting(collective) == 0 and not opened(collective)[0].sent


@pytest.mark.parametrize(
    "value", ["courrier.exemple.fr", "http://hote", "smtp://", "smtp://u:mot#passe@hote", "smtp://h/p"]
)
def test_a_mail_server_that_is_none_is_refused_without_repeating_it(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {"PARTAGEONS_SMTP": value})
    told = str(refused.value)
    assert "Attendu : une adresse comme smtp://" in told and f"« {value} »" not in told and "mot#" not in told
