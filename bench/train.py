"""Trains the embedded summarizer's small models from the data beside the project, and writes their data files.

bench/train            both
bench/train ranker     from scitldr/train.jsonl; a minute or two, some 2 GB of memory
bench/train roles      from csabstruct/train.jsonl
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bench.training import ranker, roles

FOLDER = Path(__file__).resolve().parent.parent / "workers" / "enrichment" / "embedded" / "models"
MODELS = {"ranker": ranker.train, "roles": roles.train}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help=f"of {', '.join(MODELS)} (all)")
    for name in parser.parse_args().models or MODELS:
        path = FOLDER / f"{name}.json"
        model = MODELS[name]()
        path.write_text(
            json.dumps(model, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n", "utf-8"
        )
        print(f"{path.name}: {path.stat().st_size:,} bytes", flush=True)


if __name__ == "__main__":
    main()
