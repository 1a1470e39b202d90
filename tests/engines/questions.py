"""The specification as questions to DuckDB. Written from the specification's reference and from nothing of the program."""

from population import COLUMNS, TYPES, read_csv


def delivered(part):
    return [item for item in part["items"] if item["treatment"]["do"] != "drop"]


def cohort():
    return "(year(born) - CASE WHEN month(born) < 9 THEN 1 ELSE 0 END)"


def within(specification, name, item):
    """That a row lies in an item's years and cohorts."""
    listed = item.get("cohorts") or specification.get("cohorts", [])
    years = f"year BETWEEN {item['first_year']} AND {item['last_year']}"
    if not listed:
        return f"({years})"
    begins = ", ".join(one[:4] for one in listed)
    return f"({years} AND coalesce({cohort()} IN ({begins}), false))"


def text(value):
    return "'" + value.replace("'", "''") + "'"


def kept(part):
    conditions = []
    for one in part.get("filters", []):
        match one["keep"]:
            case {"between": [first, last]}:
                conditions.append(f"coalesce({one['item']} BETWEEN {first} AND {last}, false)")
            case {"one-of": values}:
                conditions.append(f"coalesce({one['item']} IN ({', '.join(map(text, values))}), false)")
    return conditions


def rows(specification, part):
    """The condition under which a row of a dataset is left."""
    items = delivered(part) or part["items"]
    any_ = " OR ".join(within(specification, part["name"], item) for item in items)
    return " AND ".join([f"({any_})", *kept(part)])


def left(specification, part):
    """All rows that leave, or are looked at, of a dataset."""
    conditions = [rows(specification, part), "upn IS NOT NULL", "upn <> ''"]
    other = specification["people"].get("within")
    if other and other != part["name"]:
        within_ = next(one for one in specification["datasets"] if one["name"] == other)
        conditions.append(f"upn IN (SELECT upn FROM {other} WHERE {rows(specification, within_)} AND upn IS NOT NULL)")
    return f"FROM {part['name']} WHERE {' AND '.join(conditions)}"


def treated(item, form=None):
    """What a treatment makes of a column."""
    column, treatment = item["item"], item["treatment"]
    match treatment:
        case {"do": "keep" | "pseudonymise"}:
            return column
        case {"do": "date", "to": "month"}:
            return f"strftime({column}, '%Y-%m')"
        case {"do": "date", "to": "year"}:
            return f"year({column})"
        case {"do": "postcode", "to": to}:
            plain = f"upper(replace({column}, ' ', ''))"
            district = f"left({plain}, length({plain}) - 3)"
            return district if to == "district" else f"{district} || ' ' || left(right({plain}, 3), 1)"
        case {"do": "recode", "other": other, "table": table}:
            cases = " ".join(f"WHEN {text(row['code'])} THEN {text(row['to'])}" for row in table)
            return f"CASE WHEN {column} IS NULL THEN NULL ELSE CASE {column} {cases} ELSE {text(other)} END END"
        case {"do": "round", "nearest": nearest}:
            # In quarters, which are whole; halves go away from zero.
            quarters, step = f"CAST({column} * 4 AS BIGINT)", nearest * 4
            return f"CAST(sign({quarters}) * ((abs({quarters}) * 2 + {step}) // {2 * step}) * {nearest} AS BIGINT)"
        case {"do": "top-code", "limit": limit}:
            return f"CASE WHEN {column} > {limit} THEN {limit} ELSE {column} END"


def as_text(item, expression, form):
    """A value as both sides write it: whole numbers and days plainly, fractions as numbers."""
    if is_fraction(item):
        return f"CAST(CAST({expression} AS DOUBLE) AS VARCHAR)"
    plain = f"CAST({expression} AS VARCHAR)"
    # A CSV file does not tell an empty text from a missing one.
    return f"nullif({plain}, '')" if form == "csv" else plain


def is_fraction(item):
    return TYPES[item["item"]] == "fraction" and item["treatment"]["do"] in ("keep", "top-code")


def as_it_stands(item):
    """A fraction as the CSV file of its source has it, where 10 and 10.0 are two values."""
    raw, limit = f"raw_{item['item']}", item["treatment"].get("limit")
    return raw if limit is None else f"CASE WHEN {item['item']} > {limit} THEN '{limit}' ELSE {raw} END"


def columns(specification, part, forms, form, as_texts=False):
    chosen = []
    for item in delivered(part):
        raw = as_texts and is_fraction(item) and forms[part["name"]] == "csv"
        value = as_it_stands(item) if raw else as_text(item, treated(item), form)
        chosen.append(f"CASE WHEN {within(specification, part['name'], item)} THEN {value} END AS {item['item']}")
    return chosen


def compared(items):
    """Pseudonyms are under a key, so DuckDB has none of them."""
    return [item for item in items if item["treatment"]["do"] != "pseudonymise"]


def leaving(database, specification, part, forms, form):
    """The rows that should leave."""
    named = ["1", *(item["item"] for item in compared(delivered(part)))]
    chosen = ", ".join(columns(specification, part, forms, form))
    return database.execute(f"SELECT {', '.join(named)} FROM (SELECT {chosen} {left(specification, part)})").fetchall()


def opened(database, path, form, items):
    """The rows of a file that was opened."""
    read = f"read_parquet('{path}')"
    if form == "csv":
        read = read_csv(path, sorted(item["item"] for item in items), ", compression = 'zstd'")
    found = [name for name, *_ in database.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()]
    assert found == sorted(item["item"] for item in items), f"the columns {found}"
    chosen = ["1", *(as_text(item, item["item"], form) for item in compared(items))]
    return database.execute(f"SELECT {', '.join(chosen)} FROM {read}").fetchall()


def sorted_rows(rows):
    return sorted(rows, key=lambda row: [(cell is not None, str(cell)) for cell in row])


def measures(database, specification, part, forms, form, measured):
    """What was measured of a file beside what DuckDB counts: name, ours, theirs."""
    of = left(specification, part)
    born = "born" in COLUMNS[part["name"]]
    one = lambda question: database.execute(question).fetchone()[0]
    each = lambda question: sorted(row[0] for row in database.execute(question).fetchall() if row[0] is not None)
    yield "rows", measured["rows"], one(f"SELECT count(*) {of}")
    yield "people", measured["people"], one(f"SELECT count(DISTINCT upn) {of}")
    yield "years", measured["years"], each(f"SELECT DISTINCT year {of}")
    yield "cohorts", measured["cohorts"], each(f"SELECT DISTINCT {cohort()} {of}") if born else []
    for item, expression in zip(delivered(part), columns(specification, part, forms, form, as_texts=True)):
        name = item["item"]
        column = next(column for column in measured["columns"] if column["name"] == name)
        also = f", {cohort()} AS own_cohort" if born else ""
        values = f"(SELECT {expression}, year AS own_year{also} {of})"
        yield f"distinct {name}", column["distinct"], one(f"SELECT count(DISTINCT {name}) FROM {values}")
        yield f"nulls of {name}", column["nulls"], one(f"SELECT count(*) FROM {values} WHERE {name} IS NULL")
        yield (f"years of {name}", column["years"],
               each(f"SELECT DISTINCT own_year FROM {values} WHERE {name} IS NOT NULL"))
        yield (f"cohorts of {name}", column["cohorts"],
               each(f"SELECT DISTINCT own_cohort FROM {values} WHERE {name} IS NOT NULL") if born else [])


def everybody(specification):
    parts = [part for part in specification["datasets"] if delivered(part)]
    return " UNION ".join(f"SELECT upn {left(specification, part)}" for part in parts)


def people(database, specification, forms):
    return database.execute(f"SELECT count(DISTINCT upn) FROM ({everybody(specification)})").fetchone()[0]


def cohorts(database, specification, forms):
    """Each cohort of the sources: how many a release holds, and how many there are."""
    named = "upn IS NOT NULL AND upn <> '' AND born IS NOT NULL"
    with_born = [name for name, columns in COLUMNS.items() if "born" in columns]
    all_ = " UNION ".join(f"SELECT upn, {cohort()} AS cohort FROM {name} WHERE {named}" for name in with_born)
    found = database.execute(f"SELECT cohort, count(*) FILTER (upn IN ({everybody(specification)})), count(*) "
                             f"FROM ({all_}) GROUP BY cohort ORDER BY cohort").fetchall()
    return found


def classes(database, specification, part, forms):
    """People, and the sizes of the classes of those who have the same values in everything that leaves of their latest row."""
    known = compared(delivered(part))
    chosen = [f"CASE WHEN {within(specification, part['name'], item)} THEN {treated(item)} END AS {item['item']}"
              for item in known]
    latest = (f"SELECT {', '.join(['upn AS person', *chosen])} {left(specification, part)} "
              "QUALIFY row_number() OVER (PARTITION BY upn ORDER BY year DESC) = 1")
    people = database.execute(f"SELECT count(*) FROM ({latest})").fetchone()[0]
    if not known:
        return people, []
    by = ", ".join(item["item"] for item in known)
    sizes = database.execute(f"SELECT count(*) FROM ({latest}) GROUP BY {by}").fetchall()
    return people, [size for size, in sizes]
