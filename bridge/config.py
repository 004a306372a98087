"""What an operator settles: ``partageons.toml`` in the working folder, overlaid by ``PARTAGEONS_*`` variables.

One table names every setting; ``partageons config`` prints it with what is in force and where each value came from.
"""

from __future__ import annotations

import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bridge import __version__
from bridge.errors import ConfigError

FILE = "partageons.toml"
TOKEN_MIN = 20
# What an OAI identifier may hold (guidelines-oai-identifier): words and at least one dot, each begins with a letter.
DOMAIN = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("un texte")
    return value.strip()


def _names(value: Any) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _text(value).split(",")
    return tuple(p for p in (_text(part) for part in parts) if p)


def _count(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError("un nombre entier") from None


def _address(value: Any) -> str:
    address = _text(value)
    if address and (urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname):
        raise ValueError("une adresse complète, comme https://pont.exemple.fr/")
    return address.rstrip("/") + "/" if address else ""


def _email(value: Any) -> str:
    email = _text(value)
    # Two characters before the @: OAI validators refuse shorter addresses as made up.
    if not re.fullmatch(r"[^@\s]{2,}@[^@\s]+\.[^@\s]+", email):
        raise ValueError("une adresse électronique, comme contact@exemple.fr")
    return email


def _token(value: Any) -> str:
    token = _text(value)
    if token and (len(token) < TOKEN_MIN or not token.isprintable()):
        raise ValueError(f"au moins {TOKEN_MIN} caractères, pris au hasard")
    return token


def _domain(value: Any) -> str:
    domain = _text(value).lower()
    if domain and not DOMAIN.fullmatch(domain):
        raise ValueError("un nom de domaine, comme pont.exemple.fr")
    return domain


def _prefix(value: Any) -> str:
    prefix = _text(value).strip("/")
    return f"/{prefix}" if prefix else ""


class Setting(NamedTuple):
    """One setting: its key in the file; ``PARTAGEONS_`` + upper case is its variable."""

    key: str
    read: Callable[[Any], Any]
    default: Any
    help: str

    @property
    def variable(self) -> str:
        return f"PARTAGEONS_{self.key.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("name", _text, "Partageons vert", "nom du collectif, montré sur chaque page"),
    Setting("base_url", _address, "", "adresse publique du pont (vide : celle que `serve` ouvre)"),
    Setting("admin_email", _email, "contact@partageons.localhost", "adresse de contact, donnée aux sites visités"),
    Setting("node", _domain, "", "nom de domaine qui identifie ce pont (vide : celui de base_url)"),
    Setting("mappings", Path, Path("mappings"), "dossier des tables de correspondance"),
    Setting("data", Path, Path("var"), "dossier des données : base, index, secret"),
    Setting("database", _text, "", "adresse SQLAlchemy de la base (vide : un fichier SQLite dans data)"),
    Setting("allow_hosts", _names, (), "hôtes ou hôte:port visités bien que privés, séparés par des virgules"),
    Setting("secret", _text, "", "secret dont dérivent les clés (vide : un fichier créé dans data)"),
    Setting("admin_token", _token, "", "jeton des coordinateurs (vide : aucune page ne permet d'écrire)"),
    Setting("url_prefix", _prefix, "", "chemin sous lequel le pont est servi, comme /pont"),
    Setting("trusted_proxies", _count, 0, "nombre de serveurs mandataires de confiance devant le pont"),
    Setting("tiles", _text, "", "adresse d'un fond de carte, comme https://…/{z}/{x}/{y}.png (vide : aucun tiers)"),
    Setting("tiles_attribution", _text, "", "mention due au fond de carte"),
    Setting("smtp", _text, "", "serveur de courrier, comme smtp://utilisateur:motdepasse@hôte:587"),
    Setting("confirm_delay", _count, 60, "secondes avant de revisiter un site où une fiche manque"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force; ``came_from`` tells for each key: « défaut », the file or the variable."""

    name: str
    base_url: str
    admin_email: str
    node: str
    mappings: Path
    data: Path
    database: str
    allow_hosts: tuple[str, ...]
    secret: str
    admin_token: str
    url_prefix: str
    trusted_proxies: int
    tiles: str
    tiles_attribution: str
    smtp: str
    confirm_delay: int
    came_from: Mapping[str, str] = field(default_factory=dict)

    @property
    def user_agent(self) -> str:
        """How the bridge presents itself to the sites it visits, with a contact."""
        about = "; ".join(part for part in (self.base_url and f"+{self.base_url}", self.admin_email) if part)
        return f"partageons-vert/{__version__} ({about})"


def load(folder: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of a collective's folder. Relative paths are relative to that folder.

    Raises:
        ConfigError: the file is not TOML, a key is unknown, or a value cannot be used.
    """
    path = folder / FILE
    written: dict[str, Any] = {}
    if path.exists():
        try:
            written = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{FILE} n'est pas un fichier TOML lisible : {error}.") from error
    known = {s.key for s in SETTINGS}
    if unknown := sorted(set(written) - known):
        raise ConfigError(
            f"{FILE} : réglage inconnu « {unknown[0]} ».", f"Réglages possibles : {', '.join(sorted(known))}."
        )
    values: dict[str, Any] = {}
    came_from: dict[str, str] = {}
    for setting in SETTINGS:
        value, origin = setting.default, "défaut"
        if setting.key in written:
            value, origin = written[setting.key], FILE
        if environ.get(setting.variable, "").strip():
            value, origin = environ[setting.variable], setting.variable
        if origin != "défaut":
            try:
                value = setting.read(value)
            except (TypeError, ValueError) as error:
                raise ConfigError(
                    f"{origin} : « {setting.key} » ne peut pas valoir « {value} ».", f"Attendu : {error}."
                ) from error
        values[setting.key], came_from[setting.key] = value, origin
    values["mappings"] = folder / values["mappings"]
    values["data"] = folder / values["data"]
    values["node"] = values["node"] or node_of(values["base_url"])
    return Settings(**values, came_from=came_from)


def node_of(base_url: str) -> str:
    """A domain for OAI identifiers: the public host, or a local name when it has no dot or is an address."""
    host = urlsplit(base_url).hostname or ""
    return host if DOMAIN.fullmatch(host) else "partageons.localhost"


def secret(settings: Settings) -> bytes:
    """The bridge's one secret: the setting, else a 0600 file made in the data folder at first use."""
    if settings.secret:
        return settings.secret.encode()
    path = settings.data / "secret"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass  # made before, by this process or another: it is read below
    except OSError as error:
        raise ConfigError(f"Le dossier {settings.data} ne peut pas être écrit : {error.strerror}.") from error
    return path.read_text(encoding="ascii").strip().encode()
