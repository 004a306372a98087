"""Settings: the file, the variables over it, where each came from, and what is refused."""

import stat

import pytest

from bridge import config
from bridge.config import load, node_of, secret
from bridge.errors import ConfigError


def test_defaults_are_relative_to_the_folder(tmp_path):
    settings = load(tmp_path, {})
    assert settings.mappings == tmp_path / "mappings" and settings.data == tmp_path / "var"
    assert settings.allow_hosts == () and settings.node == "partageons.localhost"
    assert set(settings.came_from.values()) == {"défaut"}
    assert settings.user_agent.endswith("(contact@partageons.localhost)")


def test_the_environment_beats_the_file(tmp_path):
    (tmp_path / "partageons.toml").write_text(
        'name = "Parc du Lac"\nbase_url = "https://pont.exemple.fr/x"\nallow_hosts = ["a:1", " b "]\nurl_prefix = "x/"'
    )
    settings = load(tmp_path, {"PARTAGEONS_NAME": "Autre", "PARTAGEONS_DATA": "/tmp/d", "PARTAGEONS_SMTP": "  "})
    assert (settings.name, settings.base_url) == ("Autre", "https://pont.exemple.fr/x/")
    assert settings.allow_hosts == ("a:1", "b") and settings.url_prefix == "/x"
    assert settings.node == "pont.exemple.fr"
    assert "+https://pont.exemple.fr/x/" in settings.user_agent
    assert settings.came_from["name"] == "PARTAGEONS_NAME" and settings.came_from["base_url"] == "partageons.toml"
    assert load(tmp_path, {"PARTAGEONS_ALLOW_HOSTS": "127.0.0.1:80,, c "}).allow_hosts == ("127.0.0.1:80", "c")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("name = ", "TOML"),
        ("nom = 'x'", "réglage inconnu « nom »"),
        ("base_url = 'pont.exemple.fr'", "adresse complète"),
        ("admin_email = 'a@exemple.fr'", "adresse électronique"),
        ("trusted_proxies = 'deux'", "nombre entier"),
        ("name = 3", "un texte"),
        ("allow_hosts = [1]", "un texte"),
        ("data = 3", "data"),
        ("node = 'un pont'", "nom de domaine"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, written, told):
    (tmp_path / "partageons.toml").write_text(written)
    with pytest.raises(ConfigError, match=told):
        load(tmp_path, {})


@pytest.mark.parametrize(
    ("url", "node"),
    [
        ("", "partageons.localhost"),
        ("http://127.0.0.1:8000/", "partageons.localhost"),
        ("http://localhost:8000/", "partageons.localhost"),
        ("https://Pont.Exemple.fr/", "pont.exemple.fr"),
        ("https://1pont.exemple.fr/", "partageons.localhost"),
    ],
)
def test_the_node_is_a_domain_an_oai_identifier_may_hold(url, node):
    assert node_of(url) == node


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    settings = load(tmp_path, {})
    made = secret(settings)
    assert secret(settings) == made and len(made) == 64
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600
    assert secret(load(tmp_path, {"PARTAGEONS_SECRET": "à moi"})) == "à moi".encode()
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="ne peut pas être écrit"):
        secret(load(tmp_path, {"PARTAGEONS_DATA": "file/x"}))


def test_every_setting_is_a_field_and_has_its_line():
    for setting in config.SETTINGS:
        assert setting.key in config.Settings.__slots__ and setting.help
