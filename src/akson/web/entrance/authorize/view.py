"""What the page of approval shows."""

from dataclasses import dataclass

from akson.web.workspace.search.view import SearchView


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ApprovalView:
    app: str
    may: tuple[str, ...]
    """In words, one for each scope."""
    stays: str
    """How long the app may go on."""
    asked: str
    """The app's request, as it came."""
    patient: Choice | None
    """Chosen already, by the launch or because there is but one."""
    choices: tuple[Choice, ...]
    """Whom a proxy may choose among."""
    search: SearchView | None
    """For staff: the search for a patient."""

    @property
    def ready(self) -> bool:
        """Whether it can be approved as it stands."""
        return bool(self.patient) or (not self.choices and self.search is None)


@dataclass(frozen=True, slots=True)
class OnwardView:
    address: str
    app: str
    """"" when it is only once more here."""
