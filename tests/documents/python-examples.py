# SPDX-License-Identifier: BSD-3-Clause
"""Usage: python-examples.py sessions|programs PAGE

Run the Python examples of a Markdown page, all of them in one namespace and in order, and compare what they print.
Sessions show it themselves, behind prompts. What programs print is shown in the next listing of text.
"""
import contextlib
import doctest
import io
import re
import sys


def run_sessions(text, page):
    # A fence ends the output that is expected before it. Line numbers stay as they are.
    text = re.sub(r"^```.*$", "", text, flags=re.MULTILINE)
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(doctest.DocTestParser().get_doctest(text, {}, page, page, 0))
    return runner.summarize()


def run_programs(text, page):
    attempted = failed = 0
    namespace, printed = {}, io.StringIO()
    for language, listing in re.findall(r"^```(python|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if language == "python" and ">>>" not in listing:
            with contextlib.redirect_stdout(printed):
                exec(compile(listing, page, "exec"), namespace)
        elif language == "text" and printed.getvalue():
            attempted += 1
            if printed.getvalue() != listing:
                failed += 1
                print(f"{page} shows\n{listing}but this was printed:\n{printed.getvalue()}")
            printed = io.StringIO()
    return doctest.TestResults(failed, attempted)


if __name__ == "__main__":
    kind, page = sys.argv[1:]
    with open(page, encoding="utf-8") as file:
        text = file.read()
    results = {"sessions": run_sessions, "programs": run_programs}[kind](text, page)
    print(f"{page}: {results.attempted} examples, {results.failed} of them failed")
    sys.exit(results.failed > 0 or results.attempted == 0)
