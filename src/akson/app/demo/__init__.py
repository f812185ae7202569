"""Storvik and its people: synthetic, the same for the same seed and day. `seed(record, …)` puts them into a record."""

from akson.app.demo.admission import AdmissionArguments, astrid_admission_arguments
from akson.app.demo.bundles import CITIZENS, bundles, charts
from akson.app.demo.chart import Scene
from akson.app.demo.seeding import Seeded, seed
from akson.app.demo.stage import stage

__all__ = [
    "CITIZENS",
    "AdmissionArguments",
    "Scene",
    "Seeded",
    "astrid_admission_arguments",
    "bundles",
    "charts",
    "seed",
    "stage",
]
