"""Random small populations: datasets of one shape each, as Parquet files or as CSV, with values missing and texts that are
hard to write down. What DuckDB is asked is asked of the files."""

import datetime
import json

TYPES = {"upn": "text", "year": "whole", "born": "date", "area": "text", "code": "text", "note": "text", "postcode": "text",
         "score": "fraction", "days": "whole"}
SQL = {"text": "VARCHAR", "whole": "INTEGER", "date": "DATE", "fraction": "DOUBLE"}
COLUMNS = {
    "Absence": ["upn", "year", "code", "days", "note"],
    "Census": ["upn", "year", "born", "area", "code", "postcode", "score"],
    "Exams": ["upn", "year", "born", "note", "score", "days"],
}
CODES = ["A", "B", "C", "", "é \"x\", y", "b", "A ", None]
NOTES = ["007", "7", "7.0", "NULL", "null", "", " a", "a\nb", "a,b", '"', "'", "\\N", "😀", "ﬁ", "-", None, None]


def make(dice, database, folder):
    """Writes the files; gives the form of each dataset."""
    folder.mkdir()
    people = [f"A{number:05}" for number in dice.sample(range(100_000), dice.randint(1, 60))]
    # Longer than one block of a cipher, and not all in one alphabet.
    people += ["A-much-longer-identifier-of-somebody", "é1"][: dice.randint(0, 2)]
    born = {person: birthday(dice) for person in people}
    forms = {}
    for name, columns in COLUMNS.items():
        forms[name] = dice.choice(["parquet", "csv"])
        rows = []
        for person in people:
            # At most one row of a person in a year, so that the latest is one.
            for year in dice.sample(range(2010, 2014), dice.choice([0, 1, 1, 2, 4])):
                rows.append([cell(dice, column, person, year, born[person]) for column in columns])
        for nobody in dice.choice([[], [None, ""]]):
            rows.append([cell(dice, column, nobody, 2011, datetime.date(2000, 1, 1)) for column in columns])
        dice.shuffle(rows)
        write(database, folder, name, columns, rows, forms[name], dice.choice([1, 2]))
        ask(database, folder, name, columns, forms[name])
    return forms


def birthday(dice):
    if dice.random() < 0.1:
        return None
    return datetime.date(1998, 9, 1) + datetime.timedelta(days=dice.randrange(4 * 365))


def cell(dice, column, person, year, born):
    missing = dice.random() < 0.12
    match column:
        case "upn":
            return person
        case "year":
            return year
        case "born":
            return born
        case "code":
            return dice.choice(CODES)
        case "note":
            return dice.choice(NOTES)
        case _ if missing:
            return None
        case "area":
            return dice.choice(["E1", "E2", "E3"])
        case "postcode":
            text = f"{dice.choice(['AB1', 'EC1A', 'M60'])}{dice.choice(['', ' '])}{dice.randint(0, 9)}AA"
            return dice.choice([text, text.lower()])
        case "score":
            # Quarters, so that halves of a step come up and every sum is exact.
            return dice.randint(-80, 200) / 4
        case "days":
            return dice.randint(-30, 120)


def write(database, folder, name, columns, rows, form, files):
    stored = ", ".join(f"{column} {SQL[TYPES[column]]}" for column in columns)
    (folder / name.lower()).mkdir()
    for number in range(files):
        database.execute(f"CREATE OR REPLACE TABLE rows ({stored})")
        part = rows[number::files]
        if part:
            database.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * len(columns))})", part)
        path = folder / name.lower() / f"{number}.{form}"
        options = "FORMAT parquet" if form == "parquet" else "FORMAT csv, HEADER"
        database.execute(f"COPY rows TO '{path}' ({options})")


def ask(database, folder, name, columns, form):
    """A view of the files, typed; an empty text in a CSV file is a missing one. `raw_` columns have the texts as they stand."""
    path = folder / name.lower() / f"*.{form}"
    if form == "parquet":
        database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
        return
    typed = ", ".join(f"CAST(nullif({column}, '') AS {SQL[TYPES[column]]}) AS {column}, {column} AS raw_{column}"
                      for column in columns)
    database.execute(f"CREATE VIEW {name} AS SELECT {typed} FROM {read_csv(path, columns)}")


def read_csv(path, columns, more=""):
    """A CSV file as DuckDB reads it when nothing is guessed."""
    named = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    return (f"read_csv('{path}', header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
            f"auto_detect = false, columns = {{{named}}}{more})")


def sources(folder, forms):
    lines = []
    for name, columns in COLUMNS.items():
        lines += ["[[dataset]]", f'name = "{name}"', f'path = "{name.lower()}"', 'person = "upn"', 'year = "year"']
        lines += ['born = "born"'] if "born" in columns else []
        for column in columns:
            tier = "1" if column in ("upn", "postcode") else "4"
            lines += ["[[dataset.column]]", f'name = "{column}"', f'item = "{column}"', f'classes = {{ npd-tier = "{tier}" }}']
    (folder / "sources.toml").write_text("\n".join(lines) + "\n")
    return folder / "sources.toml"
