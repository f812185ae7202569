"""The `akson` group: which commands there are and where each one stands. A command is imported only when it is run."""

import importlib
from collections.abc import Mapping
from importlib.metadata import version

import click

# name -> (module below akson.app.cli, one line of help). The list is the list in `akson --help`, alphabetical.
COMMANDS: dict[str, tuple[str, str]] = {
    "advice": ("advice", "Count advice that was set aside, by rule and reason."),
    "bench": ("bench", "Measure this machine: reads, writes, loading, disk."),
    "conformance": ("conformance", "Run conformance suites that others wrote, print the table."),
    "doctor": ("doctor", "Check the installation; says what is wrong and what to do."),
    "erase": ("erase", "Erase the content of a resource for good, by law."),
    "explain": ("explain", "Show what a search becomes: query, restriction, SQL."),
    "fest": ("fest", "Take in the register of medicines: names, and interactions as rules."),
    "issuers": ("issuers", "Print what each issuer of logins must be told of this node."),
    "load": ("load", "Load FHIR Bundles, NDJSON or whole folders."),
    "reconcile": ("reconcile", "Say what lists of medicines disagree on, case by case."),
    "reindex": ("reindex", "Rebuild the search index, online."),
    "serve": ("serve", "Run a node, without demo data and demo login."),
    "token": ("token", "Print an access token for one of the cast or `system`."),
    "up": ("up", "Run a demo node: synthetic municipality, everyone can log in."),
    "witness": ("witness", "Witness the access logs of other nodes."),
    "why": ("why", "Say why an actor may or may not read a resource."),
}
ADOPTION_COMMANDS: dict[str, tuple[str, str]] = {
    "figures": ("adoption_figures", "Who exchanges which messages: text, JSON, CSV, PDF."),
    "generate": ("adoption_generate", "Make the synthetic traffic of 2012-2014."),
}
CERTIFICATE_COMMANDS: dict[str, tuple[str, str]] = {
    "make": ("certificate_make", "Make an organisation's test certificates, and a test root."),
    "show": ("certificate_show", "Show whose certificates are, for what, and how long they last."),
}
CLIENT_COMMANDS: dict[str, tuple[str, str]] = {
    "add": ("client_add", "Register an app or a system, or change one."),
    "list": ("client_list", "Say which apps and systems are registered."),
    "remove": ("client_remove", "Let an app or a system in no more."),
}
LAB_COMMANDS: dict[str, tuple[str, str]] = {
    "adviser": ("lab_adviser", "Play somebody else's decision support for a node."),
    "app": ("lab_app", "Serve somebody else's small SMART app for nodes."),
    "fault": ("lab_fault", "Break something in the lab, or mend all of it."),
    "live": ("lab_live", "Random days at the lab's hospital, by seed."),
    "nodes": ("lab_nodes", "Several whole municipalities that can ask each other."),
    "play": ("lab_play", "Play a story against the node, step by step."),
    "send": ("lab_send", "Let one of the lab's houses send something."),
    "show": ("lab_show", "Show the lab's books, or one house's side."),
    "up": ("lab_up", "Play hospitals, a GP office, a municipality and Norsk helsenett for a node."),
}
LEGACY_COMMANDS: dict[str, tuple[str, str]] = {
    "report": ("legacy_report", "What of an old product was mapped, and what was not."),
    "wrap": ("legacy_wrap", "Put an old product's file behind a read-only node."),
}
LOG_COMMANDS: dict[str, tuple[str, str]] = {
    "epoch": ("log_epoch", "Declare that the log was restored to an older state."),
    "export": ("log_export", "Print access events as FHIR AuditEvent (BALP, no-domain)."),
    "heads": ("log_heads", "State every patient's head in the log now, as at midnight."),
    "patterns": ("log_patterns", "Look for snooping in the log; cases for the privacy officer."),
    "proof": ("log_proof", "Print the proof of a patient's log, for akson-verify."),
    "verify": ("log_verify", "Compute the whole access log again and compare."),
}
PATHWAY_COMMANDS: dict[str, tuple[str, str]] = {
    "show": ("pathway_show", "A patient's stays: what is due, days of liability."),
}
PHONE_COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("phone_list", "Say which phones carry a list of the round."),
    "remove": ("phone_remove", "Let a lost phone wipe its list at its next contact."),
}
POLICY_COMMANDS: dict[str, tuple[str, str]] = {
    "activate": ("policy_activate", "Put a policy in force, on two officers' signatures."),
    "diff": ("policy_diff", "Who gains and who loses by another policy."),
    "officer": ("policy_officer", "Register somebody whose signature counts."),
    "replay": ("policy_replay", "Make past decisions again and compare."),
    "show": ("policy_show", "Show the policy in force, as people read it."),
    "sign": ("policy_sign", "Sign a policy, as one of two."),
}
POST_COMMANDS: dict[str, tuple[str, str]] = {
    "show": ("post_show", "Show how the post is joined, and what is wrong with it."),
}
STORAGE_COMMANDS: dict[str, tuple[str, str]] = {
    "compare": ("storage_compare", "What each storage mode costs, on real nodes."),
    "set": ("storage_set", "Write down a storage policy that two officers signed."),
    "show": ("storage_show", "Where each kind of data lives, and what is under way."),
    "sign": ("storage_sign", "Sign a storage policy, as one of two."),
    "switch": ("storage_switch", "Move each kind to where the policy places it, live."),
}
TRUST_COMMANDS: dict[str, tuple[str, str]] = {
    "compare": ("trust_compare", "The published trust models side by side."),
}
TERMINOLOGY_COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("terminology_list", "Say which code systems and value sets the operator has loaded."),
    "load": ("terminology_load", "Load code systems and value sets from files."),
}
MESSAGE_COMMANDS: dict[str, tuple[str, str]] = {
    "build": ("message_build", "Make a message from the record; show it, write it, send it."),
    "ledger": ("message_ledger", "The books of the post: what is not accounted for."),
    "receive": ("message_receive", "Take messages in, as if they had come by post."),
    "show": ("message_show", "Show a message file stage by stage; nothing is stored."),
    "table": ("message_table", "How the post copes with example messages, type by type; nothing is stored."),
}


class LateGroup(click.Group):
    """A group that knows its commands by name and one line, and imports one when it is called."""

    def __init__(self, *, commands_late: Mapping[str, tuple[str, str]], **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.commands_late = commands_late

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*self.commands_late, *self.commands])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands_late:
            return super().get_command(ctx, cmd_name)
        module, _ = self.commands_late[cmd_name]
        return importlib.import_module(f"akson.app.cli.{module}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, line) for name, (_, line) in self.commands_late.items()]
        rows += [(name, group.get_short_help_str(70)) for name, group in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(sorted(rows))


@click.group(
    cls=LateGroup,
    commands_late=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done, 1 a problem, 2 wrong usage, 3 done and found faults, 130 interrupted. docs/commands.md",
)
@click.version_option(version("akson"), "-V", "--version", prog_name="akson")
def akson() -> None:
    """Akson: one citizen, one record. A municipal health record on HL7 FHIR R4 and PostgreSQL."""


@akson.group("adoption", cls=LateGroup, commands_late=ADOPTION_COMMANDS)
def adoption() -> None:
    """How far electronic messages are in use."""


@akson.group("certificate", cls=LateGroup, commands_late=CERTIFICATE_COMMANDS)
def certificate() -> None:
    """Certificates that the post is sealed by."""


@akson.group("phone", cls=LateGroup, commands_late=PHONE_COMMANDS)
def phone() -> None:
    """Phones that carry a list of the round."""


@akson.group("client", cls=LateGroup, commands_late=CLIENT_COMMANDS)
def client() -> None:
    """Apps and systems that may ask this node (SMART on FHIR)."""


@akson.group("lab", cls=LateGroup, commands_late=LAB_COMMANDS)
def lab() -> None:
    """Counterparts in a box, to send to and to receive from."""


@akson.group("legacy", cls=LateGroup, commands_late=LEGACY_COMMANDS)
def _legacy() -> None:
    """An old product behind the same contracts, read-only: wrap, report."""


@akson.group("log", cls=LateGroup, commands_late=LOG_COMMANDS)
def log() -> None:
    """The access log."""


@akson.group("message", cls=LateGroup, commands_late=MESSAGE_COMMANDS)
def message() -> None:
    """Care messages."""


@akson.group("post", cls=LateGroup, commands_late=POST_COMMANDS)
def post() -> None:
    """The post's ways: transports, partners, agreements."""


@akson.group("terminology", cls=LateGroup, commands_late=TERMINOLOGY_COMMANDS)
def terminology() -> None:
    """Code systems and value sets."""


@akson.group("pathway", cls=LateGroup, commands_late=PATHWAY_COMMANDS)
def pathway() -> None:
    """Stays in hospital, and what is due about them."""


@akson.group("policy", cls=LateGroup, commands_late=POLICY_COMMANDS)
def policy() -> None:
    """Who may see what: the policy in force."""


@akson.group("storage", cls=LateGroup, commands_late=STORAGE_COMMANDS)
def storage() -> None:
    """Where shared data lives: the storage policy."""


@akson.group("trust", cls=LateGroup, commands_late=TRUST_COMMANDS)
def trust() -> None:
    """Trust between enterprises."""
