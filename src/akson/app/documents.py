"""documents.toml of the data folder, read for the doors and the screens."""

import logging
import tomllib
from typing import TYPE_CHECKING

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents.declared import FILE_NAME, Declared, declared

if TYPE_CHECKING:
    from akson.app.settings import Settings

_log = logging.getLogger("akson")


def load(settings: "Settings") -> Declared:
    """What the file says; the defaults without one. Raises INVALID AKS-DOC-040, 041 (unreadable)."""
    try:
        told = tomllib.loads((settings.data / FILE_NAME).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        told = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-DOC-041",
            f"{FILE_NAME} cannot be read.",
            why=type(unreadable).__name__,
            permanent=True,
        ) from unreadable
    return declared(told, settings.node_name)


def standing(settings: "Settings") -> Declared:
    """The same for a worker: a file that is wrong trusts and asks nobody, and does not keep the record closed."""
    try:
        return load(settings)
    except Problem as problem:
        _log.error("%s %s %s", problem, problem.why, problem.now)
        return declared({}, settings.node_name)
