"""Acts: what somebody does on purpose around who may see, each with its ground, its follow-up and its line in the log.

    identify          find one person by national id, or name and date of birth       who she is, and nothing more
    open_emergency    with a ground, for some hours                                   CareTeam, Task, Communication
    declare_relation  with a reason, for some hours                                   CareTeam, Task, Communication
    lift_restriction  with a ground, for some hours                                   CareTeam, Task, Communication
    open_message      the message officer reads one message, with a ground                  Task, Communication
    match_message     whom a message is about                                         the log alone
    disclose          data leaves for another's service, told before it does          the log alone
    close_to          the citizen closes her record to somebody; end_closing          Consent
    reviews           the privacy officer's items of all this; close_review           Task

An act decides by the same rules as everything else (`acts.opening.supposed`), then writes all of it in one commit. What a
rule says about who may see does not belong here. Why an act writes what its actor could not: docs/adr/0097.
"""
