"""Messages tried on a municipality of their own: `open_trial(known) -> Trial`, `Trial.judge(name, bytes) -> Judged`."""

from akson.app.trial.known import Known, read_known
from akson.app.trial.trial import Judged, Trial, open_trial

__all__ = ["Judged", "Known", "Trial", "open_trial", "read_known"]
