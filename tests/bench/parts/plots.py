# SPDX-License-Identifier: BSD-3-Clause
"""Plots of the page, drawn by gnuplot."""
import os
import shutil
import subprocess


def plot(folder, name, title, script, data):
    """Have gnuplot draw data (lists of rows, separated blocks) as NAME.svg. Without gnuplot there is no plot."""
    if shutil.which("gnuplot") is None or not any(data):
        return ""
    blocks = "\n\n\n".join("\n".join("\t".join(str(cell) for cell in row) for row in block) for block in data)
    setup = f"""
set terminal svg noenhanced size 860,480 font 'sans-serif,12' background '#ffffff'
set output '{os.path.join(folder, name)}.svg'
set title '{title}'
set datafile separator tab
set style fill solid 0.8 border -1
set grid ytics lc rgb '#dddddd'
set key top left
$data << END
{blocks}
END
{script}
"""
    subprocess.run(["gnuplot"], input=setup, text=True, check=True)
    return f"![{title}](benchmarks/{name}.svg)\n"


def lines_of(names, label, logarithmic=""):
    lines = ", ".join(f"$data index {i} using 1:2 with linespoints lw 2 title '{name}'" for i, name in enumerate(names))
    return (f"set logscale x 4\nset format x '%b B'\nset ylabel '{label}'\n"
            + (f"set logscale {logarithmic}\n" if logarithmic else "") + f"plot {lines}")
