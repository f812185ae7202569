"""What a data folder says of being a wrap: `<data>/legacy/wrap.json`. Its presence makes the node read-only.

{"adapter": "gerda", "product": "Gerda", "version": "4.2", "types": ["Condition", …], "absent": "Ikke her: …",
 "taken": "2026-11-20", "account": {"mapped": {"DIAGN.KODE": 12}, …}}
"""

import json
from dataclasses import asdict
from pathlib import Path

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.legacy.values import Wrap

FILE = Path("legacy") / "wrap.json"


def read(data: Path) -> Wrap | None:
    """None for a node that is no wrap. Raises Problem AKS-LEGACY-003 for a file that cannot be read: never open to writing
    by accident."""
    try:
        told = json.loads((data / FILE).read_text("utf-8"))
        return Wrap(**(told | {"types": tuple(told["types"])}))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as broken:
        raise Problem(
            ProblemKind.INTERNAL,
            "AKS-LEGACY-003",
            f"{FILE} cannot be read, so it is not known what this node wraps.",
            why=f"{type(broken).__name__}.",
            now="Run akson legacy wrap again: it writes the file anew.",
            permanent=True,
        ) from None


def write(data: Path, wrap: Wrap) -> None:
    """Whole or not at all."""
    file = data / FILE
    file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(asdict(wrap), ensure_ascii=False, indent=2) + "\n", "utf-8")
    part.replace(file)
