"""Every screen, in alphabetical order. `tests/web/test_screens.py` holds what each of them owes."""

from akson.web.citizen.access_log.screen import SCREEN as CITIZEN_ACCESS_LOG
from akson.web.citizen.closings.screen import SCREEN as CITIZEN_CLOSINGS
from akson.web.citizen.documents.screen import SCREEN as CITIZEN_DOCUMENTS
from akson.web.citizen.medicines.screen import SCREEN as CITIZEN_MEDICINES
from akson.web.citizen.moves.screen import SCREEN as CITIZEN_MOVES
from akson.web.citizen.overview.screen import SCREEN as CITIZEN_OVERVIEW
from akson.web.citizen.plan.screen import SCREEN as CITIZEN_PLAN
from akson.web.citizen.proxies.screen import SCREEN as CITIZEN_PROXIES
from akson.web.citizen.summary.screen import SCREEN as CITIZEN_SUMMARY
from akson.web.entrance.authorize.screen import SCREEN as AUTHORIZE
from akson.web.entrance.lock.screen import SCREEN as LOCK
from akson.web.entrance.login.screen import SCREEN as LOGIN
from akson.web.entrance.openid.screen import SCREEN as OPENID
from akson.web.entrance.pin.screen import SCREEN as PIN
from akson.web.entrance.session.screen import SCREEN as SESSION
from akson.web.operations.adoption.screen import SCREEN as ADOPTION
from akson.web.operations.failed.screen import SCREEN as POST_FAILED
from akson.web.operations.ledger.screen import SCREEN as POST_LEDGER
from akson.web.operations.message.screen import SCREEN as POST_MESSAGE
from akson.web.operations.overdue.screen import SCREEN as POST_OVERDUE
from akson.web.operations.search.screen import SCREEN as POST_SEARCH
from akson.web.operations.status.screen import SCREEN as POST_STATUS
from akson.web.operations.unmatched.screen import SCREEN as POST_UNMATCHED
from akson.web.shell.house import Screen
from akson.web.workspace.access_help.screen import SCREEN as ACCESS_HELP
from akson.web.workspace.access_log.screen import SCREEN as ACCESS_LOG
from akson.web.workspace.administration.screen import SCREEN as ADMINISTRATION
from akson.web.workspace.advice.screen import SCREEN as ADVICE
from akson.web.workspace.apps.screen import SCREEN as APPS
from akson.web.workspace.casework.screen import SCREEN as CASEWORK
from akson.web.workspace.declare.screen import SCREEN as DECLARE
from akson.web.workspace.documents.screen import SCREEN as DOCUMENTS
from akson.web.workspace.emergency.screen import SCREEN as EMERGENCY
from akson.web.workspace.from_others.screen import SCREEN as FROM_OTHERS
from akson.web.workspace.front_page.screen import SCREEN as FRONT_PAGE
from akson.web.workspace.inbox.screen import SCREEN as INBOX
from akson.web.workspace.lift.screen import SCREEN as LIFT
from akson.web.workspace.measurements.screen import SCREEN as MEASUREMENTS
from akson.web.workspace.messages.screen import SCREEN as MESSAGES
from akson.web.workspace.moves.screen import SCREEN as MOVES
from akson.web.workspace.notes.screen import SCREEN as NOTES
from akson.web.workspace.pathway.screen import SCREEN as PATHWAY
from akson.web.workspace.plan.screen import SCREEN as PLAN
from akson.web.workspace.prescribing.screen import SCREEN as PRESCRIBING
from akson.web.workspace.reconciliation.screen import SCREEN as RECONCILIATION
from akson.web.workspace.replanning.screen import SCREEN as REPLANNING
from akson.web.workspace.round.screen import SCREEN as ROUND
from akson.web.workspace.round_shell.screen import SCREEN as ROUND_SHELL
from akson.web.workspace.search.screen import SCREEN as SEARCH
from akson.web.workspace.shared_plan.screen import SCREEN as SHARED_PLAN
from akson.web.workspace.summary.screen import SCREEN as SUMMARY
from akson.web.workspace.test_results.screen import SCREEN as TEST_RESULTS
from akson.web.workspace.timeline.screen import SCREEN as TIMELINE
from akson.web.workspace.today.screen import SCREEN as TODAY
from akson.web.workspace.told_medicines.screen import SCREEN as TOLD_MEDICINES
from akson.web.workspace.why.screen import SCREEN as WHY
from akson.web.workspace.write.screen import SCREEN as WRITE

SCREENS: tuple[Screen, ...] = (
    CITIZEN_ACCESS_LOG,
    CITIZEN_CLOSINGS,
    CITIZEN_DOCUMENTS,
    CITIZEN_MEDICINES,
    CITIZEN_MOVES,
    CITIZEN_OVERVIEW,
    CITIZEN_PLAN,
    CITIZEN_PROXIES,
    CITIZEN_SUMMARY,
    AUTHORIZE,
    LOCK,
    LOGIN,
    OPENID,
    PIN,
    SESSION,
    ADOPTION,
    POST_FAILED,
    POST_LEDGER,
    POST_MESSAGE,
    POST_OVERDUE,
    POST_SEARCH,
    POST_STATUS,
    POST_UNMATCHED,
    ACCESS_HELP,
    ACCESS_LOG,
    ADMINISTRATION,
    ADVICE,
    APPS,
    CASEWORK,
    DECLARE,
    DOCUMENTS,
    EMERGENCY,
    FROM_OTHERS,
    FRONT_PAGE,
    INBOX,
    LIFT,
    MEASUREMENTS,
    MESSAGES,
    MOVES,
    NOTES,
    PATHWAY,
    PLAN,
    PRESCRIBING,
    RECONCILIATION,
    REPLANNING,
    ROUND,
    ROUND_SHELL,
    SEARCH,
    SHARED_PLAN,
    SUMMARY,
    TEST_RESULTS,
    TIMELINE,
    TODAY,
    TOLD_MEDICINES,
    WHY,
    WRITE,
)
