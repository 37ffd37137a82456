# SPDX-License-Identifier: BSD-3-Clause
"""Usage: benchmarks.py PAGE EXPLANATIONS

Compare the goals in doc/benchmarks.md with the explanations in doc/pages/benchmarks.md: print every missed goal without an
explanation, every explanation whose goal does not exist or has another verdict, and every one that the page does not contain.
"""
import re
import sys

GOAL = re.compile(r"^\| (.+?) \| .* \| (?:\*\*)?(met|missed)(?:\*\*)? \|$", re.MULTILINE)
EXPLANATION = re.compile(r"^<!-- explains: (.*?): (.*?) -->\n(.*?)\n*<!-- end -->$", re.MULTILINE | re.DOTALL)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def faults(goals, explanations, page):
    for goal, verdict in goals.items():
        if verdict == "missed" and goal not in explanations:
            yield f"missed, but not explained: {goal}"
    for goal, (verdict, text) in explanations.items():
        if goal not in goals:
            yield f"explained, but no goal: {goal}"
        elif goals[goal] != verdict:
            yield f"explained as {verdict}, but {goals[goal]}: {goal}"
        elif text not in page:
            yield f"explained, but not in the page: {goal}"


if __name__ == "__main__":
    page = read(sys.argv[1])
    verdicts = dict(GOAL.findall(page))
    texts = {goal: (verdict, text) for verdict, goal, text in EXPLANATION.findall(read(sys.argv[2]))}
    found = list(faults(verdicts, texts, page))
    print("\n".join(found + [f"{len(verdicts)} goals, {len(texts)} explanations"]))
    sys.exit(bool(found) or not verdicts or not texts)
