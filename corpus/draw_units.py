"""Draw `units.tsv`, the old and new administrative units, from the data of vietnamadminunits (MIT; see NOTICE).

    pip install vietnamadminunits && python -m corpus.draw_units

Run it in an environment of its own: the package is needed here alone. A line each, in the order of the official codes;
the first field says what the line is:

    P  a province since 1 July 2025
    W  a commune-level unit of the province above; these are counted from 0
    p  a province until 30 June 2025, and the number of the P it became part of
    d  a district-level unit of the p above; where it had no communes (islands), what it became
    w  a commune-level unit of the d above, and the numbers of the W it became part of, the main one first
"""

from __future__ import annotations

import json
import sqlite3
from importlib.util import find_spec
from pathlib import Path

OUT = Path(__file__).parent / "units.tsv"


def main() -> None:
    """Write the table.

    Raises:
        SystemExit: if the package is not installed, or an old unit has nothing that it became.
    """
    spec = find_spec("vietnamadminunits")
    if spec is None or spec.origin is None:
        raise SystemExit("Cần gói vietnamadminunits để vẽ lại bảng: pip install vietnamadminunits")
    data = Path(spec.origin).parent / "data"
    became = json.loads((data / "converter_2025.json").read_text("utf-8"))
    lines: list[str] = []
    provinces: dict[str, int] = {}
    wards: dict[tuple[str, str], int] = {}
    with sqlite3.connect(data / "dataset.db") as rows:
        columns = "province, provinceKey, ward, wardKey"
        for province, province_key, ward, ward_key in rows.execute(
            f"select {columns} from admin_units order by provinceCode, wardCode"
        ):
            if province_key not in provinces:
                provinces[province_key] = len(provinces)
                lines.append(f"P\t{_name(province)}")
            wards[province_key, ward_key] = len(wards)
            lines.append(f"W\t{_name(ward)}")
        heir = {old: new for new, olds in became["DICT_PROVINCE"].items() for old in olds}
        last_province = last_district = ""
        columns = "province, provinceKey, district, districtKey, ward, wardKey"
        for province, province_key, district, district_key, ward, ward_key in rows.execute(
            f"select {columns} from admin_units_legacy order by provinceCode, districtCode, wardCode"
        ):
            new = heir[province_key]
            after = [wards[new, key] for key in _after(became, new, f"{province_key}_{district_key}_{ward_key or ''}")]
            if not after:
                raise SystemExit(f"Không rõ {ward}, {district}, {province} nay là đơn vị nào.")
            numbers = " ".join(map(str, after))
            if province_key != last_province:
                lines.append(f"p\t{_name(province)}\t{provinces[new]}")
                last_province, last_district = province_key, ""
            if district_key != last_district:
                lines.append(f"d\t{_name(district)}" + ("" if ward else f"\t{numbers}"))
                last_district = district_key
            if ward:
                lines.append(f"w\t{_name(ward)}\t{numbers}")
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _after(became: dict[str, dict[str, dict[str, list[object]]]], province: str, old: str) -> list[str]:
    """The keys of what an old unit became, the main one first."""
    whole = [key for key, olds in became["DICT_PROVINCE_WARD_NO_DIVIDED"][province].items() if old in olds]
    divided = became["DICT_PROVINCE_WARD_DIVIDED"].get(province, {}).get(old, [])
    parts = sorted((part for part in divided if isinstance(part, dict)), key=lambda part: not part["isDefaultNewWard"])
    return list(dict.fromkeys([*whole, *(str(part["newWardKey"]) for part in parts)]))


_SPELLED = {"Thị Xã ": "Thị xã ", "Thị Trấn ": "Thị trấn ", "Thành Phố ": "Thành phố "}
"""How a few lines of the data write their kind, and how the rest do."""


def _name(words: str) -> str:
    words = " ".join(words.split())
    for odd, usual in _SPELLED.items():
        words = usual + words.removeprefix(odd) if words.startswith(odd) else words
    return words


if __name__ == "__main__":
    main()
