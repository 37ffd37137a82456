# SPDX-License-Identifier: BSD-3-Clause
"""Figures of the page: medians, ratios and their ranges, units, tables, and the files of results."""
import collections
import os
import statistics

MET, MISSED = "met", "**missed**"


def median(values):
    return statistics.median(values)


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


class Comparison:
    """Two lists of times, taken in turns: the ratio of their medians, and the quartiles of the ratios of neighbours."""

    def __init__(self, ours, others):
        self.ours, self.other = median(ours), median(others)
        self.ratio = self.ours / self.other
        self.low, self.high = quartiles([one / other for one, other in zip(ours, others)])

    def __str__(self):
        return f"{self.ratio:.2f} ({self.low:.2f} to {self.high:.2f})"


def compare(groups, case, other):
    if (case, other) not in groups or (case, "ours") not in groups:
        return None
    return Comparison(groups[case, "ours"], groups[case, other])


def nanoseconds(value):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}" if value < 100 * size else f"{value / size:.0f} {unit}"
    return f"{value:.3g} ns"


def octets(value):
    for unit, size in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.0f} B"


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join("---" if i == 0 else "---:" for i in range(len(heads))) + "|"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def verdict(is_met):
    return MET if is_met else MISSED


class Results:
    """The files of results, a list of rows each; missing files are empty."""

    def __init__(self, folder):
        self.folder = folder

    def rows(self, name):
        path = os.path.join(self.folder, name + ".tsv")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [line.rstrip("\n").split("\t") for line in file if line.strip()]

    def groups(self, name):
        """Rows of three cells as lists of numbers: {(first, second): [third ...]}."""
        groups = collections.defaultdict(list)
        for first, second, third in self.rows(name):
            groups[first, second].append(float(third))
        return groups

    def value(self, name, key):
        for row in self.rows(name):
            if row[0] == key:
                return row[-1]
        return None
