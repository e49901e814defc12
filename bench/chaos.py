"""Kills a demo's processes at random while its days pass, and compares its feeds with an undisturbed run's.

bench/chaos --faults 200 --seed 1     every fault is printed; exit code 1 where anything differs
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

import yaml

from tests.support import chaos, days
from tests.support.demos import Topics
from tests.support.outcomes import Outcome

ROOT = Path(__file__).resolve().parent.parent
#: A round's faults: more would make its days endless.
FAULTS_A_ROUND = 40


def main() -> int:
    options = parse()
    folder = Path(tempfile.mkdtemp(prefix="wire-chaos-"))
    recordings = options.recordings or days.write_days(folder / "recordings", options.seed)
    topics = days.TOPICS
    if options.recordings:
        topics = yaml.safe_load((ROOT / "topics.yaml").read_text(encoding="utf-8"))["topics"]
    began = time.monotonic()
    calm = chaos.run_calm(folder / "calm", recordings, topics)
    say(f"undisturbed: {calm.describe()}, in {time.monotonic() - began:.0f} s")
    struck, differences = run_rounds(options, folder, recordings, topics, calm)
    kinds = ", ".join(f"{count} {fault}" for fault, count in sorted(Counter(s.fault for s in struck).items()))
    busy = sum(bool(s.work) for s in struck)
    say(f"seed {options.seed}: {len(struck)} faults ({kinds}), {busy} of them with work under way")
    say(
        f"verdict: {'DIFFERENT' if differences else 'equal to the undisturbed run'}"
        f" after {time.monotonic() - began:.0f} s"
    )
    if differences:
        say(f"its folders are kept in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def run_rounds(
    options: argparse.Namespace, folder: Path, recordings: Path, topics: Topics, calm: Outcome
) -> tuple[list[chaos.Struck], list[str]]:
    chance = Random(options.seed)
    struck: list[chaos.Struck] = []
    differences: list[str] = []
    while len(struck) < options.faults and not differences:
        number = len(list(folder.glob("round-*"))) + 1
        faults = chaos.choose_faults(chance, min(FAULTS_A_ROUND, options.faults - len(struck)))
        ended = chaos.run_disturbed(folder / f"round-{number}", recordings, topics, faults, chance, say)
        struck += [hit for hit in ended.struck if hit.what]
        differences = ended.differences(calm)
        say(f"round {number}: {ended.outcome.describe()}; {len(differences) or 'no'} differences")
        for difference in differences[:50]:
            say(f"  {difference}")
    return struck, differences


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=200, help="how many must hit somebody (200)")
    parser.add_argument("--seed", type=int, default=0, help="of papers and faults (0)")
    parser.add_argument("--recordings", type=Path, help="replay these recorded listings instead of invented ones")
    return parser.parse_args()


def say(line: object) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
