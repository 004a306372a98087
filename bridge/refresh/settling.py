"""What a visit settles and says at its end: changed identifiers, absences held back, many withdrawals at once."""

from __future__ import annotations

from bridge.harvest import Walk
from bridge.record import Problem
from bridge.refresh.summary import Summary
from bridge.store import Writing
from bridge.store.aliases import Aliases
from bridge.store.notices import Notices

WALKS_MAX = 3
"""Of one visit: a source whose identifiers change at each reading would be walked for ever."""
TOMBSTONES, SHARE = 5, 0.2
"""Withdrawals that a source announces at once, in number and as a share of what it had, from which they are told."""
_TWICE = ("L'identifiant « ", " sert à ")


def settle(writing: Writing, walk: Walk, summary: Summary, certain: bool) -> None:
    """Tell which records the suspended items of a walk are, and ask for a walk that applies it."""
    suspended = walk.naming.suspended
    if not walk.complete:
        return
    if walk.incremental and not certain:
        summary.again = summary.walks < WALKS_MAX  # only a whole list tells what is no longer there
        return
    if not certain and walk.source.kind != "feed" and any(item.known for item in suspended):
        walk.tell(
            Problem(
                f"{len(suspended)} fiches semblent avoir changé d'identifiant, dans une liste incomplète : "
                "elles restent comme elles étaient jusqu'à la prochaine lecture entière."
            )
        )
        return
    if summary.walks >= WALKS_MAX:
        walk.tell(
            Problem(
                "Cette source change d'identifiants à chaque lecture : ses fiches restent comme elles étaient. "
                "Indiquez une colonne ou un champ stable par l'option « id »."
            )
        )
        return
    met = walk.seen | walk.refused
    found = Aliases(writing).settle(walk.source.id, suspended, met, walk.naming.moved, certain)
    summary.note("rekeyed", list(found.values()))
    summary.again = True


def remarks(walk: Walk, summary: Summary, live: int) -> None:
    """The sentences of what happened, among the problems of the visit."""
    if summary.rekeyed:
        walk.tell(Problem(rekeyed(summary.rekeyed)))
    if many := _announced(summary, live):
        walk.tell(Problem(many))


def notify(writing: Writing, walk: Walk, summary: Summary, live: int, absence: bool, away: bool) -> None:
    """Open the notices of what a coordinator must know, close those of what is over.

    Args:
        live: how many records were live before the end of the visit.
        absence: the walk could tell what is absent.
        away: nobody has been able to reach the source for long.
    """
    notices, source = Notices(writing), walk.source.id
    opened = {notice.kind for notice in notices.open() if notice.about == source}
    twice = sum(all(part in problem.message for part in _TWICE) for problem in walk.problems)
    told = {
        "held": f"« {source} » : {held_back(summary.held_back, live)}" if summary.held_back else "",
        "unreachable": f"« {source} » est injoignable depuis 30 jours : elle n'est plus montrée." if away else "",
        "twice": f"« {source} » : {twice} fiches partagent leur identifiant avec une autre." if twice else "",
        "rekeyed": f"« {source} » : {rekeyed(summary.rekeyed)}" if summary.rekeyed else "",
        "tombstones": f"« {source} » : {many}" if (many := _announced(summary, live)) else "",
    }
    for kind, message in told.items():
        if message:
            notices.tell(kind, source, message)
    over = {"held": absence, "unreachable": walk.complete, "twice": walk.complete and not walk.incremental}
    for kind, settled in over.items():
        if settled and kind in opened and not told[kind]:
            notices.settle(kind, source)


def held_back(missing: int, live: int) -> str:
    return (
        f"{missing} fiches sur {live} ont disparu de ce site : elles sont gardées en attendant "
        "qu'une personne confirme (partageons release)."
    )


def rekeyed(count: int) -> str:
    if count == 1:
        return "Une fiche a changé d'identifiant chez cette source : son adresse ici n'a pas changé."
    return f"{count} fiches ont changé d'identifiant chez cette source : leurs adresses ici n'ont pas changé."


def _announced(summary: Summary, live: int) -> str:
    count = summary.tombstones - summary.rekeyed
    before = live + summary.tombstones
    if count < TOMBSTONES or count <= SHARE * before:
        return ""
    return f"Ce site annonce la suppression de {count} fiches sur {before} : elles sont retirées."
