"""All checks, in the order they are told. To add one: a function and a line in CHECKS of one of the three modules."""

from akson.app.doctor import databases, installation, machine
from akson.app.doctor.finding import Check, Finding, fault
from akson.app.settings import Settings

CHECKS: tuple[Check, ...] = (*machine.CHECKS, *installation.CHECKS, *databases.CHECKS)


async def examine(settings: Settings) -> list[tuple[Check, Finding]]:
    """Every check, one after the other; one that breaks is a fault of its own and stops no other."""
    return [(check, await _run(check, settings)) for check in CHECKS]


async def _run(check: Check, settings: Settings) -> Finding:
    try:
        return await check.run(settings)
    except Exception as broken:
        return fault(
            f"The check itself failed: {type(broken).__name__}", "Tell the makers of Akson, with this line."
        )
