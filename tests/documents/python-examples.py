# SPDX-License-Identifier: BSD-3-Clause
"""Usage: python-examples.py PAGE...

Run the Python sessions of the pages, all of them in one namespace and in order, and compare what they show behind their
prompts with what is printed.
"""
import doctest
import re
import sys


def sessions(page, namespace):
    with open(page, encoding="utf-8") as file:
        text = file.read()
    # A fence ends the output that is expected before it. Line numbers stay as they are.
    text = re.sub(r"^```.*$", "", text, flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    test.globs = namespace
    return test


if __name__ == "__main__":
    runner, namespace = doctest.DocTestRunner(verbose=False), {}
    for page in sys.argv[1:]:
        runner.run(sessions(page, namespace), clear_globs=False)
    results = runner.summarize()
    print(f"{results.attempted} examples, {results.failed} of them failed")
    sys.exit(results.failed > 0 or results.attempted == 0)
