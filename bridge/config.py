"""What an operator settles: ``partageons.toml`` in the working folder, overlaid by ``PARTAGEONS_*`` variables.

One table names every setting; ``partageons config`` prints it with what is in force and where each value came from.
"""

from __future__ import annotations

import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bridge import __version__
from bridge.errors import ConfigError

FILE = "partageons.toml"
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


def _domain(value: Any) -> str:
    domain = _text(value).lower()
    if domain and not DOMAIN.fullmatch(domain):
        raise ValueError("un nom de domaine, comme pont.exemple.fr")
    return domain


def _prefix(value: Any) -> str:
    prefix = _text(value).strip("/")
    return f"/{prefix}" if prefix else ""


def _one_of(*names: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if _text(value).lower() not in names:
            raise ValueError(" ou ".join(names))
        return _text(value).lower()

    return read


def _mail_server(value: Any) -> str:
    address = _text(value)
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("smtp", "smtps") and parts.hostname and not parts.path.strip("/") and parts.port != 0
    except ValueError:  # of a port: its message would repeat a part of a password
        known = False
    if address and not known:
        raise ValueError("une adresse comme smtp://utilisateur:motdepasse@hôte:587")
    return address


class Setting(NamedTuple):
    """One setting: its key in the file; ``PARTAGEONS_`` + upper case is its variable."""

    key: str
    read: Callable[[Any], Any]
    default: Any
    help: str
    hidden: bool = False
    """Whether the value may hold a secret: it is never shown."""

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
    Setting("database", _text, "", "adresse SQLAlchemy de la base (vide : un fichier SQLite dans data)", True),
    Setting("allow_hosts", _names, (), "hôtes ou hôte:port visités bien que privés, séparés par des virgules"),
    Setting("secret", _text, "", "secret dont dérivent les clés (vide : un fichier créé dans data)", True),
    Setting("url_prefix", _prefix, "", "chemin sous lequel le pont est servi, comme /pont"),
    Setting("trusted_proxies", _count, 0, "nombre de serveurs mandataires de confiance devant le pont"),
    Setting("tiles", _text, "", "adresse d'un fond de carte, comme https://…/{z}/{x}/{y}.png (vide : aucun tiers)"),
    Setting("tiles_attribution", _text, "", "mention due au fond de carte"),
    Setting("smtp", _mail_server, "", "serveur de courrier, comme smtp://utilisateur:motdepasse@hôte:587", True),
    Setting("log_format", _one_of("text", "json"), "text", "forme du journal du service : text ou json"),
    Setting(
        "log_level",
        _one_of("debug", "info", "warning", "error"),
        "info",
        "gravité à partir de laquelle le journal parle",
    ),
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
    database: str = field(repr=False)
    allow_hosts: tuple[str, ...]
    secret: str = field(repr=False)
    url_prefix: str
    trusted_proxies: int
    tiles: str
    tiles_attribution: str
    smtp: str = field(repr=False)
    log_format: str
    log_level: str
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
    if "admin_token" in written or environ.get("PARTAGEONS_ADMIN_TOKEN", "").strip():
        raise ConfigError(
            "Le réglage « admin_token » est remplacé par les comptes.",
            "Enlevez-le, puis : partageons account add NOM --role administrator",
        )
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
                told = "cette valeur" if setting.hidden else f"« {value} »"
                raise ConfigError(
                    f"{origin} : « {setting.key} » ne peut pas valoir {told}.", f"Attendu : {error}."
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
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path, secrets.token_hex(32))
        kept = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(f"Le secret du pont, {path}, ne peut pas être écrit ou lu : {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} n'est pas un secret.", "Reprenez-le de votre sauvegarde.") from error
    if not kept:
        raise ConfigError(f"{path} est vide.", "Reprenez-le de votre sauvegarde, ou supprimez-le pour en changer.")
    return kept.encode()


def _make(path: Path, text: str) -> None:
    """Make a file that only this user reads, whole at once: a process that finds it may read it."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        draft.touch(0o600, exist_ok=False)
        draft.write_text(text, encoding="ascii")
        with suppress(FileExistsError):  # made meanwhile by another process
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
