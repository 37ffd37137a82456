# SPDX-License-Identifier: BSD-3-Clause
"""Memory: a large mapping, copies, and the scale in objects, names and bytes."""
import collections

from .figures import Comparison, median, nanoseconds, octets, table
from .plots import lines_of, plot


def memory_part(results, plots):
    text = ""
    memory = results.groups("memory") if not any(row[1] == "not here" for row in results.rows("memory")) else None
    if memory is None:
        memory = collections.defaultdict(list)
        for kind, step, value in results.rows("memory"):
            if step != "not here":
                memory[kind, step].append(float(value))
    missing = sorted({(kind, value) for kind, step, value in results.rows("memory") if step == "not here"})
    if memory:
        kinds = list(dict.fromkeys(kind for kind, _ in memory))
        steps = ["map and fill", "fill", "fill again", "read"]
        rows = [(kind, *(f"{median(memory[kind, step]):.2f}" for step in steps)) for kind in kinds]
        picture = plot(plots, "memory", "1 GiB through a mapping, GiB per second", memory_bars(steps),
                       [[(i, kind, *(median(memory[kind, step]) for step in steps)) for i, kind in enumerate(kinds)]])
        text += f"""## A gibibyte through a mapping

An object of 1 GiB is created, mapped, filled twice and read. The figures are GiB per second of processor time.

{table(["pages", *steps], rows)}

{"".join(f"This machine has no pages for '{kind}' (`{value}`). " for kind, value in missing)}\

{picture}
"""
    return text


def memory_bars(steps):
    bars = ", ".join(f"$data using {column}:xtic(2) title '{step}'" for column, step in enumerate(steps, 3))
    return f"set style data histograms\nset style histogram clustered\nset key outside\nset xtics rotate by 20 right\nset bmargin 6\nset yrange [0:*]\nplot {bars}"


def copy_part(results, plots):
    text = ""
    copy, octet_vectors = results.groups("copy"), results.groups("octets")
    if copy:
        sizes = sorted({int(size) for size, _ in copy})
        ways = ["memcpy", "pshm_write", "pshm_read"]
        lisp_ways = ["write-shm", "read-shm"] if octet_vectors else []
        rows = []
        for size in sizes:
            cells = [nanoseconds(median(copy[str(size), way])) for way in ways]
            for way in lisp_ways:
                comparison = Comparison(octet_vectors[str(size), way], octet_vectors[str(size), "memcpy"])
                cells.append(f"{nanoseconds(comparison.ours)}, {comparison.ratio:.1f} x memcpy")
            rows.append((octets(size), *cells))
        series = [[(size, size / median(copy[str(size), way]) * 1e9 / 2**30) for size in sizes] for way in ways]
        text += f"""## Copies

`pshm_read` and `pshm_write` (in Lisp `read-shm` and `write-shm`, here of octet vectors on SBCL) are system calls that check the
size, and so never fault; memcpy to a mapping can. 'x memcpy' is the ratio to memcpy of the same vector to a mapping, called
from SBCL in alternating rounds; the column memcpy is measured by a C program.

{table(["size", *ways, *(f"`{way}`" for way in lisp_ways)], rows)}

{plot(plots, "copy", "Copies into and out of an object", lines_of(ways, "GiB per second"), series)}
"""
    return text


def scale_part(results, plots):
    text = ""
    rows = [(what, int(many), told, float(value)) for name in ("objects", "names", "bytes")
            for what, many, told, value in results.rows("scale-" + name)]
    if not rows:
        return ""
    one_more = [(many, value) for what, many, told, value in rows if told == "open and close one more"]
    memory = {many: value for what, many, told, value in rows if told == "bytes of the system"}
    names = [(many, value) for what, many, told, value in rows if what == "names"]
    mapped = [(many, value) for what, many, told, value in rows if what == "bytes"]
    axes = "set logscale xy\nset ylabel 'µs'\nset xlabel 'number of objects or names'\n"
    lines = ("plot $data index 0 using 1:2 with linespoints lw 2 title 'open and close one more object', "
             "$data index 1 using 1:2 with linespoints lw 2 title 'list all names'")
    picture = plot(plots, "scale", "One more object, and the list of names", axes + lines,
                   [[(many, value / 1000) for many, value in one_more], [(many, value / 1000) for many, value in names]])
    text += f"""## Scale

The time to open and close one more object, by the number of open objects:

{table(["objects open", "one more", "system memory per object"],
       [(many, nanoseconds(value), octets(memory[many]) if many in memory else "") for many, value in one_more])}

The table ends at the limit of descriptors, or at 100,000. The time of `pshm_list`, by the number of names:

{table(["names", "total", "per name"], [(many, nanoseconds(value), nanoseconds(value / many)) for many, value in names])}

The time to map and unmap an unused object, by its size:

{table(["size", "map and unmap"], [(octets(many), nanoseconds(value)) for many, value in mapped])}

{picture}
"""
    return text
