"""Sources that do not give what they should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bridge.doctor.facts import Facts
from bridge.doctor.finding import GRAVE, WORTH, WRONG, Finding
from bridge.store import SourceState

_AGREED_FOR = timedelta(days=5 * 365)
_UNLISTED_AFTER = timedelta(days=30)
_HOURS = {"h": 1, "d": 24, "w": 168}


def sources(facts: Facts) -> Iterator[Finding]:
    """Sources that do not give what they should."""
    for id, source in facts.sources.items():
        state = facts.states.get(id)
        if state is None or not state.last_visit:
            yield Finding(
                WRONG,
                "sources",
                f"« {id} » n'a jamais été visitée.",
                f"Lancez le service, ou partageons harvest {id}.",
            )
            continue
        yield from _visits(facts, state)
        if state.held_back:
            yield Finding(
                WRONG,
                "sources",
                f"{state.held_back} fiches de « {id} » ont disparu de son site d'un coup : elles sont retenues.",
                f"Demandez au partenaire ; si c'est voulu : partageons release {id}.",
            )
        rhythm = state.rhythm
        if rhythm.missed >= 3 and 2 * rhythm.missed > rhythm.pings:
            yield Finding(
                WRONG,
                "sources",
                f"« {id} » annonce mal ses changements : {rhythm.missed} visites ont trouvé ce "
                "qu'aucun appel n'avait dit.",
                "Vérifiez l'extension de ce site, et que le pont lui est joignable.",
            )
        if source.agreement and facts.at.date() - _day(source.agreement["date"]) > _AGREED_FOR:
            yield Finding(
                WORTH,
                "sources",
                f"L'accord de « {id} » a plus de cinq ans ({source.agreement['date']}).",
                "Vérifiez avec le partenaire qu'il tient toujours, et mettez sa date à jour.",
            )


def _visits(facts: Facts, state: SourceState) -> Iterator[Finding]:
    id = state.id
    if state.unreachable_since:
        away = facts.at - datetime.fromisoformat(state.unreachable_since)
        why = f" : {state.problems[0].message}" if state.problems else "."
        yield Finding(
            GRAVE if away > _UNLISTED_AFTER else WRONG,
            "sources",
            f"« {id} » n'a pas pu être lue en entier depuis le {state.unreachable_since[:10]}{why}",
            "Voyez ce site dans un navigateur, puis partageons check " + id + ".",
        )
    elif not state.live:
        yield Finding(
            WRONG,
            "sources",
            f"« {id} » ne donne aucune fiche.",
            f"Voyez ce qui en est lu : partageons check {id}.",
        )
    elif _silent(facts.sources[id].every, facts.newest.get(id, ""), facts.at):
        yield Finding(
            WORTH,
            "sources",
            f"« {id} » n'a rien changé depuis le {facts.newest[id][:10]}, bien qu'elle change d'ordinaire tous les "
            f"{facts.sources[id].every}.",
            "Vérifiez que son adresse est toujours la bonne, ou corrigez every.",
        )


def _silent(every: str, newest: str, at: datetime) -> bool:
    """Whether a source said nothing for three times its own rhythm."""
    found = re.fullmatch(r"(\d+)([hdw])", every)
    if not found or not newest:
        return False
    return at - datetime.fromisoformat(newest) > 3 * timedelta(hours=int(found[1]) * _HOURS[found[2]])


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
