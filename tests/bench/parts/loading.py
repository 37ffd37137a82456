# SPDX-License-Identifier: BSD-3-Clause
"""Loading of the library and of the Lisp systems, and the size of the library."""
import collections

from .figures import median, nanoseconds, table, verdict
from .plots import plot

# What a goal allows, in seconds and in bytes.
LOADING, SIZE = 0.15, 80 * 1024


def loading_of(results):
    return results.groups("loading")


def beyond(loading, how):
    """Seconds that posix-shm takes beyond CFFI, or nothing where it was not measured."""
    if (how, "cffi") not in loading or (how, "posix-shm") not in loading:
        return None
    return median(loading[how, "posix-shm"]) - median(loading[how, "cffi"])


def loading_part(results, plots):
    library = collections.defaultdict(list)
    for _, _, told, value in results.rows("scale-library"):
        library[told].append(float(value))
    loading = loading_of(results)
    if not library and not loading:
        return ""
    text = "## Loading\n\n"
    if library:
        size = results.value("size", "library")
        text += (f"`dlopen` of the library ({int(size) / 1024:.1f} KiB when stripped) takes {nanoseconds(median(library['warm']))}, and "
                 f"{nanoseconds(median(library['cold']))} when its file is not in memory.\n\n")
    if loading:
        rows = []
        for how in dict.fromkeys(how for how, _ in loading):
            seconds = beyond(loading, how)
            if seconds is not None:
                rows.append((how, f"{median(loading[how, 'cffi']):.2f} s", f"{median(loading[how, 'posix-shm']):.2f} s",
                             f"{seconds:.2f} s"))
        alien = loading.get(("SBCL warm", "posix-shm/alien"))
        axes = "set yrange [0:*]\nset xtics rotate by 25 right font ',9'\nset bmargin 9\nset lmargin 14\n"
        bars = ("plot $data using ($1-0.2):4:(0.38):xtic(2) with boxes lc rgb '#4477aa' title 'posix-shm', "
                "$data using ($1+0.2):3:(0.38) with boxes lc rgb '#88ccee' title 'CFFI alone'")
        ways = [how for how in dict.fromkeys(how for how, _ in loading) if beyond(loading, how) is not None]
        picture = plot(plots, "loading", "Start and load, in seconds of processor time", axes + bars,
                       [[(i, how, median(loading[how, "cffi"]), median(loading[how, "posix-shm"])) for i, how in enumerate(ways)]])
        text += f"""The processor time to start an implementation and load a compiled system: the mean of several runs of hyperfine. The difference is the cost
of posix-shm. At the 'first time' nothing has been compiled yet.

{table(["implementation", "CFFI alone", "posix-shm", "difference"], rows)}

{f"SBCL with posix-shm/alien, which needs no CFFI, starts in {median(alien):.2f} s." if alien else ""}

{picture}
"""
    return text


def loading_goals(results):
    seconds = beyond(loading_of(results), "SBCL warm")
    if seconds is not None:
        yield (f"loading the compiled Lisp system on SBCL: at most {LOADING} s beyond CFFI", f"{seconds:.3f} s",
               verdict(seconds <= LOADING))


def size_goals(results):
    size = results.value("size", "library")
    if size:
        yield (f"the library, stripped: at most {SIZE // 1024} KiB", f"{int(size) / 1024:.1f} KiB", verdict(int(size) <= SIZE))
