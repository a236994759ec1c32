"""Plots as SVG: well-formed, inside their frame, true to scale, and nothing but text where a name is written."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.web.review.plots import bars, columns, line

# XML has no control characters; a browser shows none either.
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=80).filter(
    lambda name: "\ufffe" not in name and "\uffff" not in name
)
POINTS = st.lists(st.tuples(NAMES, st.floats(0, 1e9)), min_size=1, max_size=40)


def drawn(svg: Markup) -> ElementTree.Element:
    return ElementTree.fromstring(str(svg))


def inside(svg: ElementTree.Element) -> None:
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    for rect in svg.iter("rect"):
        x, y, wide, tall = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert min(x, y, wide, tall) >= 0
        assert x + wide <= width + 0.2
        assert y + tall <= height + 0.2


@given(POINTS, NAMES)
def test_whatever_stands_in_a_plot_is_text(points: list[tuple[str, float]], title: str) -> None:
    for draw in (columns, bars):
        svg = drawn(draw(points, title))
        assert {part.tag for part in svg.iter()} <= {"svg", "rect", "text", "line"}
        assert svg.attrib["role"] == "img"
        assert len(list(svg.iter("rect"))) == len(points)
        inside(svg)


def test_columns_are_true_to_scale() -> None:
    svg = drawn(columns([("01/11", 2), ("02/11", 4), ("03/11", 0)], "Câu hỏi"))
    two, four, none = (float(rect.attrib["height"]) for rect in svg.iter("rect"))
    assert four == pytest.approx(2 * two, abs=0.1)
    assert none == 0
    assert [text.text for text in svg.iter("text")] == ["0", "1", "2", "3", "4", "01/11", "02/11", "03/11"]


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (1, ["0", "1"]),
        (3, ["0", "1", "2", "3"]),
        (7, ["0", "2", "4", "6", "8"]),
        (4100, ["0", "2.000", "4.000", "6.000"]),
    ],
)
def test_the_axis_has_round_numbers(most: float, marks: list[str]) -> None:
    svg = drawn(columns([("", most)], ""))
    assert [text.text for text in svg.iter("text") if text.attrib["text-anchor"] == "end"] == marks


def test_a_line_is_broken_where_nothing_is_known() -> None:
    svg = drawn(line([("a", 10), ("b", 20), ("c", None), ("d", 100), ("e", None)], "Tỷ lệ", 100))
    assert [one.attrib["points"].count(",") for one in svg.iter("polyline")] == [2]
    spots = [float(spot.attrib["cy"]) for spot in svg.iter("circle")]
    assert len(spots) == 3
    assert spots[2] < spots[1] < spots[0]


def test_bars_name_what_they_count() -> None:
    svg = drawn(bars([("<b>Phường A</b>", 1200), ("x" * 90, 2.5)], "Nơi"))
    said = [text.text for text in svg.iter("text")]
    assert said[:2] == ["<b>Phường A</b>", "1.200"]
    assert said[3] == "2,5"
    assert len(said[2]) < 60
