"""The interactions, one file each; none knows another. The list makes routes, capability statement and documentation."""

from akson.api.interaction import Interaction
from akson.api.interactions import (
    batch,
    create,
    delete,
    delete_conditional,
    history_instance,
    history_system,
    history_type,
    read,
    search_compartment,
    search_compartment_post,
    search_system,
    search_system_post,
    search_type,
    search_type_post,
    update,
    update_conditional,
    vread,
)

INTERACTIONS: tuple[Interaction, ...] = (
    batch.INTERACTION,
    create.INTERACTION,
    delete.INTERACTION,
    delete_conditional.INTERACTION,
    history_instance.INTERACTION,
    history_system.INTERACTION,
    history_type.INTERACTION,
    read.INTERACTION,
    search_compartment.INTERACTION,
    search_compartment_post.INTERACTION,
    search_system.INTERACTION,
    search_system_post.INTERACTION,
    search_type.INTERACTION,
    search_type_post.INTERACTION,
    update.INTERACTION,
    update_conditional.INTERACTION,
    vread.INTERACTION,
)
