# SPDX-License-Identifier: BSD-3-Clause
"""Usage: python-examples.py PAGE

Run the Python sessions of a Markdown page, all of them in one namespace and in order, and compare what they show behind their
prompts with what is printed.
"""
import doctest
import re
import sys


def run_sessions(text, page):
    # A fence ends the output that is expected before it. Line numbers stay as they are.
    text = re.sub(r"^```.*$", "", text, flags=re.MULTILINE)
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(doctest.DocTestParser().get_doctest(text, {}, page, page, 0))
    return runner.summarize()


if __name__ == "__main__":
    page = sys.argv[1]
    with open(page, encoding="utf-8") as file:
        text = file.read()
    results = run_sessions(text, page)
    print(f"{page}: {results.attempted} examples, {results.failed} of them failed")
    sys.exit(results.failed > 0 or results.attempted == 0)
