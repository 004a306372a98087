"""Run the figures: ``python bench/run.py [NAME]``. One line each, and all of them in ``bench/results.json``.

Each ``bench/<name>.py`` has ``figures() -> list[Figure]`` and runs in a process of its own, so that none measures
another's memory or warm caches.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NOT_FIGURES = {"run", "figure", "corpus", "served", "harvested", "nginx", "applications", "oai_peers", "crowd"}
NOT_FIGURES |= {"hearing"}


def main(only: str) -> int:
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_FIGURES)
    chosen = [name for name in names if only in ("", name)]
    if not chosen:
        sys.stderr.write(f"Pas de mesure « {only} ». Mesures : {', '.join(names)}.\n")
        return 2
    results: list[dict[str, object]] = []
    failed = False
    for name in chosen:
        code = f"import json; from bench.{name} import figures; print(json.dumps([f.as_json() for f in figures()]))"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            sys.stderr.write(f"{name} n'a pas pu être mesuré.\n")
            failed = True
            continue
        for figure in json.loads(done.stdout.splitlines()[-1]):
            results.append(figure)
            state = "ok" if figure["ok"] else "short"
            line = f"{figure['name']:<36} {figure['value']:>10.4g} {figure['unit']:<8} {figure['target']:<14} {state}"
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
