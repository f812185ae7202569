"""Names and addresses in fictional Storvik. Common Norwegian names, drawn at random; no real person is meant.

Older and younger people bear names of their own time. Telephone numbers begin with 0, which no Norwegian subscriber's
number does, so that a number seen in the demo can reach nobody.
"""

from akson.app.demo.chance import Chance

POSTAL_CODE, CITY = "9998", "Storvik"

WOMEN_OLD = (
    "Anna", "Aslaug", "Bergljot", "Bjørg", "Borghild", "Dagny", "Edith", "Else", "Gerd", "Gudrun", "Gunvor", "Haldis",
    "Herdis", "Inger", "Ingrid", "Jorunn", "Kirsten", "Klara", "Liv", "Magnhild", "Margit", "Oddny", "Olaug", "Ragnhild",
    "Randi", "Reidun", "Ruth", "Signe", "Sigrid", "Solveig", "Synnøve", "Torbjørg", "Turid", "Unni", "Vigdis", "Wenche",
)  # fmt: skip
MEN_OLD = (
    "Agnar", "Arvid", "Asbjørn", "Birger", "Bjarne", "Einar", "Erling", "Finn", "Gunnar", "Halvard", "Harald", "Helge",
    "Hjalmar", "Ivar", "Johannes", "Kjell", "Knut", "Kåre", "Leif", "Magne", "Nils", "Odd", "Olav", "Ottar", "Peder",
    "Ragnar", "Reidar", "Roald", "Rolf", "Sigurd", "Steinar", "Sverre", "Terje", "Torleif", "Trygve", "Øivind",
)  # fmt: skip
WOMEN = (
    "Aisha", "Amalie", "Anette", "Anja", "Ane", "Berit", "Camilla", "Elin", "Elise", "Emilie", "Fatima", "Frida",
    "Guro", "Hanne", "Hedda", "Heidi", "Hilde", "Ingvild", "Iselin", "Julie", "Karoline", "Katarzyna", "Kristin",
    "Lena", "Linn", "Maja", "Malin", "Maria", "Marte", "Mona", "Nora", "Oda", "Silje", "Siv", "Sofie", "Stine",
    "Thea", "Tone", "Trine", "Vilde",
)  # fmt: skip
MEN = (
    "Ahmed", "Anders", "Andreas", "Are", "Bjørn", "Christian", "Eirik", "Elias", "Erlend", "Espen", "Fredrik", "Geir",
    "Håkon", "Hans", "Henrik", "Isak", "Jakob", "Jan", "Jens", "Jonas", "Jørgen", "Kenneth", "Kristoffer", "Lars",
    "Magnus", "Marius", "Mathias", "Mohamed", "Morten", "Oskar", "Petter", "Piotr", "Roger", "Sander", "Sindre",
    "Stian", "Thomas", "Tobias", "Tor", "Vegard",
)  # fmt: skip
FAMILIES = (
    "Aasen", "Andersen", "Aune", "Bakke", "Berge", "Bjerke", "Brekke", "Bråten", "Dahle", "Eide", "Engen", "Eriksen",
    "Fossum", "Gjerde", "Granli", "Grønli", "Hagen", "Halvorsen", "Hammer", "Hauge", "Haugland", "Helland", "Holm",
    "Hovland", "Iversen", "Jensen", "Johnsen", "Kleiven", "Knutsen", "Kristoffersen", "Larsen", "Lie", "Lien", "Lunde",
    "Løken", "Mathisen", "Myhre", "Myklebust", "Nguyen", "Nilsen", "Nordby", "Nygård", "Næss", "Olsen", "Pettersen",
    "Rasmussen", "Rønning", "Sandvik", "Sivertsen", "Skoglund", "Solberg", "Solheim", "Stokke", "Strand", "Strøm",
    "Sunde", "Sæther", "Sørensen", "Tangen", "Thorsen", "Torp", "Tveit", "Ulriksen", "Vik", "Voll", "Wold", "Østby",
    "Ødegård", "Øverland", "Åsheim",
)  # fmt: skip
STREETS = (
    "Fjordveien", "Fyrveien", "Havnegata", "Kirkebakken", "Krabbeneset", "Kystveien", "Lyngveien", "Molovegen",
    "Naustveien", "Nordre gate", "Skolebakken", "Skaugveien", "Solbakken", "Storgata", "Storvikveien", "Strandgata",
    "Søndre gate", "Torget", "Utsiktsveien", "Vågen", "Øvre Storvik vei",
)  # fmt: skip
BORN_OLD_BEFORE = 1958


def given_name(chance: Chance, *, female: bool, birth_year: int) -> str:
    old = birth_year < BORN_OLD_BEFORE
    return chance.one((WOMEN_OLD if old else WOMEN) if female else (MEN_OLD if old else MEN))


def family_name(chance: Chance) -> str:
    return chance.one(FAMILIES)


def street_address(chance: Chance) -> str:
    return f"{chance.one(STREETS)} {chance.between(1, 88)}"


def phone(chance: Chance) -> str:
    """Eight digits in a series that is nobody's."""
    return f"0{chance.between(1_000_000, 9_999_999)}"
