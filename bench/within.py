"""Runs a script of bench/ in .venv, with what requirements-bench.txt adds to it. Standard library only."""

import os
import shutil
import subprocess
import sys

BENCH = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(BENCH)
PYTHON = os.path.join(ROOT, ".venv", "bin", "python")
REQUIREMENTS = os.path.join(ROOT, "requirements-bench.txt")


def run(script):
    """Replace this process; what is missing is installed first, or one line says why not."""
    if not os.path.exists(PYTHON):
        sys.exit("bench: there is no .venv yet; ./wire test makes it")
    if subprocess.call([PYTHON, "-c", "import numpy, rouge_score"], stderr=subprocess.DEVNULL) != 0:  # noqa: S603
        sys.stderr.write("bench: installing requirements-bench.txt into .venv ...\n")
        uv = shutil.which("uv")
        install = (
            [uv, "pip", "install", "--quiet", "--python", PYTHON] if uv else [PYTHON, "-m", "pip", "install", "-qq"]
        )
        if subprocess.call([*install, "-r", REQUIREMENTS], stdout=sys.stderr) != 0:  # noqa: S603
            sys.exit("bench: the packages could not be installed; see above")
    command = [PYTHON, "-P", os.path.join(BENCH, script), *sys.argv[1:]]
    os.execve(PYTHON, command, dict(os.environ, PYTHONPATH=ROOT))  # noqa: S606
