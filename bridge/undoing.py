"""What a person decides of records, and how it is taken back, as long as nothing built on it meanwhile.

Each act of the journal that can be undone kept what it takes (``before``); the others say why not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from bridge import files
from bridge.collective import Collective
from bridge.errors import BridgeError
from bridge.meaning.target import Copy
from bridge.store import Writing
from bridge.store.accounts import Accounts
from bridge.store.copies import Copies, tell_proposals
from bridge.store.identity import Identity
from bridge.store.journal import Act, Journal, Verdicts
from bridge.store.keys import Keys
from bridge.store.notices import Notices
from bridge.store.subscriptions import Subscriptions


class Forgotten(NamedTuple):
    """How many records were withdrawn, and where the mapping file went, if there was one."""

    records: int
    aside: Path | None


def forget(here: Collective, source: str, who: str) -> Forgotten:
    """Forget a source: only the trace that its records were withdrawn stays, and its mapping file, set aside.

    Raises:
        BridgeError: the file cannot be moved; nothing is forgotten then.
    """
    path = here.paths[source] if source in here.sources else None
    with here.store.writing() as writing:
        forgotten = _forget(writing, source, path)
        before = {"file": path.name, "aside": forgotten.aside.name} if path and forgotten.aside else {}
        writing.journal(who, "forget", source, json.dumps(before) if before else "")
    _erase(here)
    return forgotten


def release(here: Collective, source: str, who: str) -> tuple[str, ...]:
    """What is held back of a source has really gone: withdraw it. The ids; none when nothing was held back."""
    with here.store.writing() as writing:
        gone = writing.release(source)
        if gone:
            writing.journal(who, "release", source, json.dumps({"ids": gone}))
        Notices(writing).settle("held", source)
    here.catch_up()
    return gone


def refuse(here: Collective, source: str, who: str) -> tuple[str, ...]:
    """What is held back of a source is a mistake: it stays. The ids; none when nothing was held back."""
    with here.store.writing() as writing:
        stayed = writing.refuse(source)
        if stayed:
            writing.journal(who, "refuse", source, json.dumps({"ids": stayed}))
        Notices(writing).settle("held", source)
    return stayed


def oppose(here: Collective, record: str, reason: str, who: str) -> None:
    """Withdraw a record for good, because a person asked.

    Raises:
        BridgeError: it was never here.
    """
    with here.store.writing() as writing:
        if not writing.oppose(record, reason):
            raise BridgeError(
                f"La fiche « {record} » n'est pas connue ici.",
                "Donnez son identifiant, comme source:123 : il est à la fin de l'adresse de sa page.",
            )
        writing.journal(who, "oppose", record, json.dumps({}))
    _erase(here)


def change_key(here: Collective, id: str, act: str, who: str) -> None:
    """``rotate`` a partner's key, or ``revoke`` it."""
    with here.store.writing() as writing:
        keys = Keys(writing)
        before = {"version": keys.state(id).version}
        if act == "rotate":
            keys.rotate(id)
        else:
            keys.revoke(id)
        writing.journal(who, f"key {act}", id, json.dumps(before))


def distinct(here: Collective, record: str, who: str) -> bool:
    """A record that was taken for a copy of another is none. False when it was not taken for one."""
    with here.store.writing() as writing:
        if said := Identity(writing).distinct(record):
            writing.journal(who, "distinct", record, json.dumps({"record": record}))
    return said


def undo(here: Collective, number: int, who: str) -> str:
    """Take an act back; what was done, in one sentence.

    Raises:
        BridgeError: there is no such act, it is undone already, it cannot be undone, or no longer.
    """
    with here.store.writing() as writing:
        act = _known(writing, number)
        done = _WAYS[act.act](here, writing, act)
        Journal(writing).mark_undone(number, who)
    if act.act == "add":
        _erase(here)
    here.catch_up()
    return done


def why_not(act: Act) -> str:
    """Why an act cannot be undone, one sentence; empty when it may be tried."""
    if act.undone:
        return "C'est déjà annulé."
    if act.act in _NO_WAY:
        return _NO_WAY[act.act]
    if act.act not in _WAYS:
        return "Cet acte n'a pas de retour."
    return "" if act.before else "Ce qu'il faudrait pour revenir en arrière n'a pas été gardé, ou a été effacé."


def needs(act: Act) -> str:
    """The role that may undo it: who may do it."""
    return "administrator" if act.act.partition(" ")[0] in ("account", "key") else "coordinator"


def _known(writing: Writing, number: int) -> Act:
    act = Journal(writing).one(number)
    if act is None:
        raise BridgeError(f"Le journal n'a pas d'acte numéro {number}.", "Voyez : partageons journal.")
    if reason := why_not(act):
        raise BridgeError(f"L'acte {number} ne peut pas être annulé.", reason)
    return act


def _text(here: Collective, writing: Writing, act: Act) -> str:
    path, text = files.come_back(here.settings.mappings, act.kept)
    files.write(path, text)
    writing.hurry(act.about)
    return f"{path.name} est redevenu ce qu'il était ; la prochaine visite relit tout."


def _add(here: Collective, writing: Writing, act: Act) -> str:
    path = here.settings.mappings / Path(str(act.kept["file"])).name
    forgotten = _forget(writing, act.about, path if path.exists() else None)
    aside = f" Sa table de correspondance est mise de côté : {forgotten.aside.name}." if forgotten.aside else ""
    return f"« {act.about} » n'est plus une source ; fiches retirées : {forgotten.records}.{aside}"


def _forgotten(here: Collective, writing: Writing, act: Act) -> str:
    path, aside = (here.settings.mappings / Path(str(act.kept[key])).name for key in ("file", "aside"))
    if path.exists() or act.about in here.sources:
        raise BridgeError(f"« {act.about} » est de nouveau une source.", "Il n'y a rien à remettre.")
    if not aside.exists():
        raise BridgeError(f"{aside.name} n'est plus là.", "Ajoutez la source de nouveau : partageons add.")
    files.move(aside, path)
    return f"« {act.about} » est de nouveau une source ; la prochaine visite refait ses fiches."


def _released(here: Collective, writing: Writing, act: Act) -> str:
    back = writing.readmit(act.kept["ids"])
    if not back:
        raise BridgeError("Les copies de ces fiches ne sont plus là.", "La source les redonnera si elle les a encore.")
    return f"Fiches revenues : {len(back)}."


def _refused(here: Collective, writing: Writing, act: Act) -> str:
    if not Verdicts(writing).doubt(act.about, act.kept["ids"]):
        raise BridgeError("Ces fiches sont revenues dans leur source, ou n'y sont plus.", "Il n'y a rien à reprendre.")
    return "Si ces fiches manquent encore à la prochaine visite, la question est posée de nouveau."


def _opposed(here: Collective, writing: Writing, act: Act) -> str:
    if not Verdicts(writing).lift(act.about):
        raise BridgeError(f"Plus rien ne s'oppose à la fiche « {act.about} ».")
    return f"{act.about} reviendra à la prochaine visite de sa source, qui est relue en entier."


def _distinct(here: Collective, writing: Writing, act: Act) -> str:
    if not Identity(writing).doubt(act.about):
        raise BridgeError(f"Rien ne dit plus de « {act.about} » qu'elle n'est pas une copie.")
    return f"La prochaine visite dira si {act.about} est une copie."


def _answered(here: Collective, writing: Writing, act: Act) -> str:
    copies, kept = Copies(writing), act.kept
    target, record = str(kept["target"]), str(kept["record"])
    if copies.of(target, [record]).get(record) != Copy(*kept["after"]):
        raise BridgeError(
            "La réponse a déjà eu son effet là-bas.", "Le site garde d'ordinaire les versions d'avant de ses pages."
        )
    copies.keep(target, record, Copy(*kept["copy"]))
    tell_proposals(writing, target)
    return f"La proposition sur {record} est de nouveau ouverte."


def _account(change: Callable[[Act], Mapping[str, object]]) -> Callable[[Collective, Writing, Act], str]:
    """What gives an account back what it had; a removed one is not there any more."""

    def back(here: Collective, writing: Writing, act: Act) -> str:
        accounts = Accounts(writing)
        account = accounts.named(act.about)
        if account is None:
            raise BridgeError(
                f"Le compte « {act.about} » n'existe plus.", "Faites-en un autre : partageons account add."
            )
        if values := change(act):
            accounts.change(account.id, **values)
        else:
            accounts.remove(account.id)
        if not accounts.administrators():
            raise BridgeError("Il ne resterait aucun administrateur.", "Faites-en un autre d'abord.")
        return f"Le compte « {account.name} » " + ("est redevenu ce qu'il était." if values else "est supprimé.")

    return back


def _key(here: Collective, writing: Writing, act: Act) -> str:
    Keys(writing).restore(act.about, int(act.kept["version"]))
    return f"La clé de « {act.about} » est de nouveau celle d'avant."


def _forget(writing: Writing, source: str, path: Path | None) -> Forgotten:
    count = writing.forget(source)
    Journal(writing).strip(source)
    Subscriptions(writing).end(source)
    return Forgotten(count, files.set_aside(path) if path else None)


def _erase(here: Collective) -> None:
    """Leave no byte of what was deleted on the disk."""
    here.store.compact()
    here.index.wipe()
    here.catch_up()


_WAYS: Mapping[str, Callable[[Collective, Writing, Act], str]] = {
    "accept": _text,
    "assign": _text,
    "add": _add,
    "forget": _forgotten,
    "release": _released,
    "refuse": _refused,
    "oppose": _opposed,
    "distinct": _distinct,
    "proposal keep": _answered,
    "proposal replace": _answered,
    "account add": _account(lambda act: {}),
    "account role": _account(lambda act: {"role": act.kept["role"], "sources": act.kept["sources"]}),
    "account disable": _account(lambda act: {"disabled": act.kept["disabled"]}),
    "account enable": _account(lambda act: {"disabled": act.kept["disabled"]}),
    "key rotate": _key,
    "key revoke": _key,
}
_NO_WAY: Mapping[str, str] = {
    "wipe": "Ce qui a été vidé se refait tout seul : partageons harvest.",
    "account password": "L'ancien mot de passe n'est gardé nulle part : donnez-en un autre.",
    "account remove": "Son mot de passe n'est plus gardé nulle part : faites un autre compte.",
    "pairing accept": "Un site qui a rejoint le réseau est une source : annulez son ajout, ou révoquez sa clé.",
    "pairing refuse": "Le site peut demander de nouveau à rejoindre le réseau.",
    "seen": "Un avis se redonne de lui-même si la chose se reproduit.",
    "deliver": "Ce qui est envoyé est envoyé : voyez avec le site qui l'a reçu.",
    "proposal": "Une proposition close se rouvre si la fiche est encore changée là-bas.",
    "replay": "Ce qui est envoyé est envoyé ; un envoi de plus ne change rien chez qui le reçoit.",
}
