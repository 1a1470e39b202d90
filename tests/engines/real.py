"""Real records through the whole path: 31,022 pupils' marks in chemistry in 1997, assessed, extracted, measured, sealed and
opened. What is known of the file is held against every step."""

import json

import chem97
import duckdb

from programs import run
from zone import EXTRACT, Zone, told

SHARE = "DS-1997"
PUPILS, SCHOOLS, AREAS = 31_022, 2_410, 131
# Classes, people alone, in classes under 5 and under 10, of those who have school, area, sex and month of birth in common, as
# bench/chem97_classes.py counts them in a dictionary.
CLASSES = [18_892, 11_850, 27_744, 30_856]

SCENARIOS = """v = 1

[[scenario]]
code = "all"
name = "Somebody who knows all"
wants = "To find anybody."
exactness = "Exactly."
knows = [{ items = ["lea", "school", "gender", "age-months"] }]
"""


def whole_path(work):
    """Fails where a figure is another; gives how many pupils were released."""
    records = work / "records"
    records.mkdir()
    chem97.write(records / "chem97.csv")
    lines = ["[[dataset]]", 'name = "A level"', 'path = "chem97.csv"', 'person = "student"', "of-year = 1997"]
    names = ["lea", "school", "student", "score", "gender", "age_months", "gcse_mean"]
    for name in names:
        lines += ["[[dataset.column]]", f'name = "{name}"', f'item = "{name.replace("_", "-")}"', 'classes = { npd-tier = "4" }']
    (records / "sources.toml").write_text("\n".join(lines) + "\n")

    treatments = {"student": {"do": "pseudonymise"}, "gcse-mean": {"do": "round", "nearest": 2}}
    item = lambda name: {"classes": [{"scheme": "npd-tier", "value": "4"}], "first_year": 1997, "item": name, "last_year": 1997,
                         "name": name, "treatment": treatments.get(name, {"do": "keep"})}
    part = {"dictionary": {"digest": "NvRvfF6D0ML7ZiAfeTSDT0Dd8AlDJqkvrv9wTEsStjc", "edition": "1997"}, "name": "A level",
            "items": [item(name) for name in sorted(name.replace("_", "-") for name in names)]}
    specification = {"datasets": [part], "people": {"are": "everyone"}, "v": 1}

    zone = Zone(work)
    described = records / "sources.toml"
    (work / "scenarios.toml").write_text(SCENARIOS)
    told(run([EXTRACT, "assess", zone.specification(specification, SHARE), "--sources", described, "--scenarios",
              work / "scenarios.toml", "--out", work / "assessed.json"]))
    dataset = json.loads((work / "assessed.json").read_text())["datasets"][0]
    risk = dataset["scenarios"][0]["risk"]
    found = [risk["expected_matches"], risk["unique"], risk["under_5"], risk["under_10"]]
    assert (dataset["people"], found) == (PUPILS, CLASSES), (dataset["people"], found)

    opened, manifest = zone.released(specification, described, SHARE)
    file, measured = manifest["files"][0], zone.record(SHARE)["measured"]
    distinct = {column["name"]: (column["distinct"], column["nulls"]) for column in measured["files"][0]["columns"]}
    assert (measured["people"], measured["files"][0]["rows"]) == (PUPILS, PUPILS), measured["people"]
    assert (distinct["student"], distinct["school"], distinct["lea"]) == ((PUPILS, 0), (SCHOOLS, 0), (AREAS, 0)), distinct
    # What leaves the zone is rounded.
    assert (manifest["people"], file["rows"], file["years"]) == (PUPILS // 10 * 10, PUPILS // 10 * 10, [1997]), manifest["people"]

    database = duckdb.connect()
    ours = f"SELECT lea, school, score, gender, age_months, gcse_mean FROM read_parquet('{opened / file['name']}')"
    theirs = ("SELECT lea, school, score, gender, age_months, CAST(round(CAST(gcse_mean AS DOUBLE) / 2) * 2 AS BIGINT) "
              f"FROM read_csv('{records / 'chem97.csv'}', all_varchar = true, header = true)")
    for one, other in ((ours, theirs), (theirs, ours)):
        left = database.execute(f"SELECT count(*) FROM ({one} EXCEPT ALL {other})").fetchone()[0]
        assert left == 0, f"{left} rows stand on one side only"
    pseudonyms = f"SELECT count(DISTINCT student), min(length(student)) FROM read_parquet('{opened / file['name']}')"
    assert database.execute(pseudonyms).fetchone() == (PUPILS, 26)
    return PUPILS
