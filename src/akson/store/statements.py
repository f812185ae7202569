"""The fixed statements, read once from the .sql files beside; search statements are composed in search/."""

from functools import cache
from pathlib import Path

from akson.store.tables import history_of, table_of

_FOLDER = Path(__file__).parent / "sql"


@cache
def statement(name: str, type: str = "", restriction: str = "true") -> str:
    """The file `<name>.sql` with {table}, {history} and {restriction} put in."""
    text = (_FOLDER / f"{name}.sql").read_text()
    if type:
        text = text.replace("{table}", table_of(type)).replace("{history}", history_of(type))
    return text.replace("{restriction}", restriction)
