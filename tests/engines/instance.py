"""One random population with one random specification: what our programs make of it, and what DuckDB does."""

import json
import random

import duckdb

import questions
from population import COLUMNS, TYPES, make, sources
from programs import run
from zone import EXTRACT, Zone, canonical, told

SHARE = "DS-1"

SCENARIOS = """v = 1

[[scenario]]
code = "all"
name = "Somebody who knows all"
wants = "To find anybody."
exactness = "As it leaves."
knows = [{ items = [%s] }]
"""


def compare(seed, work):
    """Fails where anything differs; gives how many rows were compared."""
    dice = random.Random(seed)
    database = duckdb.connect()
    database.execute("SET threads = 1")
    forms = make(dice, database, work / "records")
    described = sources(work / "records", forms)
    specification = asked(dice, forms)
    form = dice.choice(["parquet", "csv"])
    zone = Zone(work)
    opened, manifest = zone.released(specification, described, SHARE, form)
    record = zone.record(SHARE)["measured"]
    rows = 0
    for part in specification["datasets"]:
        items = questions.delivered(part)
        if not items:
            continue
        file = next(file for file in manifest["files"] if file["dataset"] == part["name"])
        measured = next(file for file in record["files"] if file["dataset"] == part["name"])
        found = questions.opened(database, opened / file["name"], form, items)
        wanted = questions.leaving(database, specification, part, forms, form)
        same(f"rows of {part['name']}", questions.sorted_rows(found), questions.sorted_rows(wanted))
        for name, ours, theirs in questions.measures(database, specification, part, forms, form, measured):
            same(f"{part['name']}: {name}", ours, theirs)
        rows += len(wanted)
    same("people", record["people"], questions.people(database, specification, forms))
    cohorts = [(one["cohort"], one["held"], one["all"]) for one in record["cohorts"]]
    same("cohorts", cohorts, questions.cohorts(database, specification, forms))
    assessed(zone, work, described, specification, forms, database)
    return rows


def same(what, ours, theirs):
    if ours != theirs:
        differ = f"{what}\n  ours   {ours}\n  theirs {theirs}"
        if isinstance(ours, list) and isinstance(theirs, list):
            more, less = [one for one in ours if one not in theirs], [one for one in theirs if one not in ours]
            differ += f"\n  only ours   {more[:5]}\n  only theirs {less[:5]}"
        raise AssertionError(differ)


def assessed(zone, work, described, specification, forms, database):
    """The classes of somebody who knows all that leaves of each dataset."""
    scenarios, out = work / "scenarios.toml", work / "assessed.json"
    scenarios.write_text(SCENARIOS % ", ".join(json.dumps(item) for item in TYPES))
    done = run([EXTRACT, "assess", zone.work / f"{SHARE}.specification", "--sources", described, "--scenarios", scenarios,
                "--out", out])
    fractions = [(part["name"], item["item"]) for part in specification["datasets"] for item in questions.delivered(part)
                 if item["item"] == "score" and item["treatment"]["do"] in ("keep", "top-code")]
    if done.returncode != 0:
        # Fractions that are not rounded cannot be counted, and are not taken to be without risk.
        assert fractions and "fractions" in done.stderr, done.stderr
        return
    told(done)
    for dataset in json.loads(out.read_text())["datasets"]:
        part = next(part for part in specification["datasets"] if part["name"] == dataset["name"])
        # Nobody is released by a dataset of which nothing leaves.
        released = questions.delivered(part)
        people, classes = questions.classes(database, specification, part, forms) if released else (0, [])
        same(f"assessed people of {part['name']}", dataset["people"], people)
        for scenario in dataset["scenarios"]:
            risk = scenario["risk"]
            ours = [risk["people"], risk["expected_matches"], risk["unique"], risk["under_5"], risk["under_10"]]
            under = lambda limit: sum(size for size in classes if size < limit)
            same(f"classes of {part['name']}", ours, [people, len(classes), under(2), under(5), under(10)])


def asked(dice, forms):
    """A specification that asks for something of some datasets."""
    names = sorted(dice.sample(sorted(COLUMNS), dice.randint(1, len(COLUMNS))))
    every = ["1998-1999", "1999-2000", "2000-2001", "2001-2002"]
    # Nobody's cohort is known where there is no date of birth.
    born = all("born" in COLUMNS[name] for name in names)
    cohorts = sorted(dice.sample(every, 2)) if born and dice.random() < 0.6 else []
    parts = [part(dice, name, cohorts) for name in names]
    if not any(questions.delivered(part) for part in parts):
        parts[0]["items"][0]["treatment"] = {"do": "keep"}
    people = {"are": "found-in", "within": dice.choice(names)} if dice.random() < 0.5 else {"are": "everyone"}
    return {"datasets": parts, "people": people, "v": 1} | ({"cohorts": cohorts} if cohorts else {})


def part(dice, name, cohorts):
    items = sorted(dice.sample(COLUMNS[name], dice.randint(1, len(COLUMNS[name]))))
    # Most items of a dataset are asked for alike, as people do.
    usual = years(dice)
    left_out = dice.random() < 0.15
    filters = sorted(dice.sample(COLUMNS[name], dice.choice([0, 0, 1, 2])))
    kept = [{"classes": classes(item), "item": item, "keep": keep(dice, item), "name": item.upper()}
            for item in filters if TYPES[item] != "date" and item not in ("score", "postcode", "upn")]
    return {
        "dictionary": {"digest": "NvRvfF6D0ML7ZiAfeTSDT0Dd8AlDJqkvrv9wTEsStjc", "edition": "1"},
        "items": [one(dice, item, usual, cohorts, left_out) for item in items],
        "name": name,
    } | ({"filters": kept} if kept else {})


def years(dice):
    first = dice.randint(2009, 2012)
    return first, first + dice.randint(0, 3)


def one(dice, item, usual, cohorts, left_out):
    first, last = usual if dice.random() < 0.7 else years(dice)
    own = sorted(dice.sample(cohorts, 1)) if cohorts and dice.random() < 0.3 else []
    return {
        "classes": classes(item), "first_year": first, "item": item, "last_year": last, "name": item.upper(),
        "treatment": {"do": "drop"} if left_out else treatment(dice, item),
    } | ({"cohorts": own} if own else {})


def classes(item):
    return [{"scheme": "npd-tier", "value": "1" if item in ("upn", "postcode") else "4"}]


def treatment(dice, item):
    own = {
        "upn": [{"do": "pseudonymise"}],
        "born": [{"do": "date", "to": "month"}, {"do": "date", "to": "year"}],
        "postcode": [{"do": "postcode", "to": "district"}, {"do": "postcode", "to": "sector"}],
        "code": [{"do": "recode", "other": "else", "table": [{"code": "A", "to": "a or b"}, {"code": "B", "to": "a or b"}]}],
        "score": [{"do": "round", "nearest": dice.choice([2, 5, 10])}] * 3 + [{"do": "top-code", "limit": dice.randint(1, 40)}],
        "days": [{"do": "round", "nearest": dice.choice([2, 5, 10])}, {"do": "top-code", "limit": dice.randint(1, 40)}],
    }.get(item, [])
    return dice.choice([*own, *own, {"do": "keep"}, {"do": "keep"}, {"do": "drop"}] if own else
                       [{"do": "keep"}, {"do": "keep"}, {"do": "keep"}, {"do": "drop"}])


def keep(dice, item):
    if TYPES[item] == "whole":
        least = dice.randint(-20, 60)
        last = dice.randint(0, 80)
        return {"between": [least, least + last] if item == "days" else [2010, 2010 + last % 4]}
    values = {"area": ["E1", "E2", "E3"], "code": ["A", "B", "b", "é \"x\", y"], "note": ["007", "7", "NULL", " a"]}[item]
    return {"one-of": sorted(dice.sample(values, dice.randint(1, len(values))), key=lambda text: text.encode())}


assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'
