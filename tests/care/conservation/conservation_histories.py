"""Random histories from a seed: steps, played one after the other, and looked at after each."""

import random

from conservation_world import STEPS, Broken, World

LENGTH = 10
Step = tuple[str, int, int]


def history(seed: int) -> tuple[int, list[Step]]:
    """Where it begins, and what happens."""
    drawn = random.Random(seed)
    return drawn.randrange(10_000), [
        (drawn.choice(STEPS), drawn.randrange(10_000), drawn.randrange(10_000)) for _ in range(LENGTH)
    ]


def played(begin: int, steps: list[Step]) -> str:
    """The first that did not hold, with the steps that led to it; "" when all held."""
    done: list[Step] = []
    try:
        world = World.begin(begin)
        for step in steps:
            done.append(step)
            world.step(*step)
            if faults := world.faults():
                return f"{faults[0]} after {begin}, {done}"
        world.step("restart", 0, 0)
        return f"{faults[0]} after the restart, {begin}, {done}" if (faults := world.faults()) else ""
    except (Broken, AssertionError) as broken:
        return f"{type(broken).__name__} {broken} after {begin}, {done}"
