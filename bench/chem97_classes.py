#!/usr/bin/env python3
"""Counts the classes of chem97.csv with dictionaries and nothing else, for the test `assess::tests::chem97`.

    python3 bench/chem97_classes.py shared/data/pupils/chem97.csv

Kept apart from the program that it is held against: no code, no library and no language in common.
"""

import collections
import csv
import itertools
import sys

KNOWN = ["age_months", "gender", "lea", "school"]


def rounded(number, nearest):
    """The nearest multiple, half away from zero."""
    sign = -1 if number < 0 else 1
    return sign * int((abs(number) * 2 + nearest) // (2 * nearest)) * nearest


def classes(rows, columns):
    found = collections.defaultdict(list)
    for place, row in enumerate(rows):
        found[tuple(row[column] for column in columns)].append(place)
    return found


def show(name, rows, columns):
    found = classes(rows, columns)
    sizes = [len(members) for members in found.values()]
    print(name, "known", columns)
    print("  classes", len(sizes), "unique", sizes.count(1))
    print("  under 5", sum(s for s in sizes if s < 5), "under 10", sum(s for s in sizes if s < 10))
    for sensitive in ["gcse_mean", "score"]:
        same = [m for m in found.values() if len(m) > 1 and len({rows[p][sensitive] for p in m}) == 1]
        print("  homogeneous in", sensitive, "classes", len(same), "people", sum(map(len, same)))
    alone = {}
    for size in (1, 2, 3):
        for some in itertools.combinations(columns, size):
            alone[some] = {m[0] for m in classes(rows, some).values() if len(m) == 1}
    minimal = {}
    for some, people in alone.items():
        parts = [alone[p] for size in range(1, len(some)) for p in itertools.combinations(some, size)]
        minimal[some] = people.difference(*parts)
    print("  special by size", [sum(len(p) for s, p in minimal.items() if len(s) == n) for n in (1, 2, 3)])
    print("  special people", len(set().union(*minimal.values())))
    for some, people in minimal.items():
        if people:
            print("   ", some, len(people))
    of_size = {p: len(m) for m in found.values() for p in m}
    groups = classes(rows, ["lea"])
    shares = []
    for (lea,), members in groups.items():
        if len(members) >= 10:
            unique = sum(1 for p in members if of_size[p] == 1)
            matches = sum(1 / of_size[p] for p in members)
            shares.append((-unique / len(members), lea, len(members), unique, int(matches + 0.5)))
    print("  groups", len(groups), "under 10", sum(1 for m in groups.values() if len(m) < 10), sorted(shares)[:3])


def main():
    with open(sys.argv[1], newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["gcse_mean"] = rounded(float(row["gcse_mean"]), 2)
    show("everything", rows, KNOWN)
    quarters = [dict(row, age_months=rounded(int(row["age_months"]), 3)) for row in rows]
    show("area", quarters, ["age_months", "gender", "lea"])
    # The path: each move by itself, the best fall for its cost, until 31 are alone or fewer.
    ladder = [lambda row: row["age_months"], lambda row: rounded(int(row["age_months"]), 3),
              lambda row: rounded(int(row["age_months"]), 9)]
    here, age, cost = list(KNOWN), 0, 0

    def state(columns, rung):
        sizes = collections.Counter(
            tuple(ladder[rung](row) if column == "age_months" else row[column] for column in columns) for row in rows)
        return list(sizes.values())

    while state(here, age).count(1) > len(rows) * 1000 // 1_000_000:
        before = state(here, age).count(1)
        moves = []
        for place, column in enumerate(here):
            if column == "age_months" and age < 2:
                moves.append(((before - state(here, age + 1).count(1)) / 1, -1, -place, column, age + 1))
            rest = [other for other in here if other != column]
            moves.append(((before - state(rest, age).count(1)) / 3, -3, -place, column, None))
        best = max(moves, key=lambda move: move[:3])
        if best[0] <= 0:
            break
        cost += -best[1]
        here, age = (here, best[4]) if best[4] is not None else ([o for o in here if o != best[3]], age)
        sizes = state(here, age)
        print("step", best[3], best[4], "cost", cost, "unique", sizes.count(1), "classes", len(sizes))


main()
