"""Draw `units.tsv`, the names of administrative units, from the data of vietnamadminunits (MIT; see NOTICE).

    pip install vietnamadminunits && python -m corpus.draw_units

Two lists are joined: the 63 provinces with districts and wards before 1 July 2025, and the 34 with wards since.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

OUT = Path(__file__).parent / "units.tsv"


def main() -> None:
    """Write the table: a line for each name, with the kinds of unit that bear it."""
    spec = find_spec("vietnamadminunits")
    if spec is None or spec.origin is None:
        raise SystemExit("Cần gói vietnamadminunits để vẽ lại bảng: pip install vietnamadminunits")
    kinds: dict[str, set[str]] = defaultdict(set)
    with sqlite3.connect(Path(spec.origin).parent / "data" / "dataset.db") as data:
        for table, columns in (
            ("admin_units_legacy", ("provinceShort", "districtShort", "wardShort")),
            ("admin_units", ("provinceShort", "wardShort")),
        ):
            wholes = [column.removesuffix("Short") for column in columns]
            for row in data.execute(f"select {', '.join((*columns, *wholes))} from {table}"):
                for short, whole in zip(row[: len(columns)], row[len(columns) :], strict=True):
                    if short and whole and whole.endswith(short):
                        kinds[short].add(whole.removesuffix(short).strip())
    lines = [f"{name}\t{', '.join(sorted(found))}\n" for name, found in sorted(kinds.items()) if not name.isdigit()]
    OUT.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
