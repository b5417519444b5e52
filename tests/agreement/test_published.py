"""Values that were printed, or follow in closed form, for small data sets."""

from typing import Any

import pytest

from annotator import agreement

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), sections C to E: four observers.
CANONICAL = {
    "a": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    "b": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    "c": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    "d": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
}
# Gwet's twelve subjects differ from them in the rating of the last one only.
GWET = {**CANONICAL, "b": [*CANONICAL["b"][:-1], None], "c": [*CANONICAL["c"][:-1], 3]}
# The same paper, section A: two observers, ten binary units.
BINARY = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
# Fleiss (1971): of six diagnoses of each of thirty patients, how many fall into each category.
FLEISS = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 "
    "10050 11040 03300 10050 02031 00501 30012 51000 02040 10203 "
    "00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)


def table(*cells: tuple[Any, Any, int]) -> list[list[Any]]:
    """Two annotators from the cells of their cross table."""
    pairs = [(a, b) for a, b, count in cells for _ in range(count)]
    return [[a for a, _ in pairs], [b for _, b in pairs]]


# Cohen (1960), p. 45; Artstein & Poesio (2008), p. 558; the paradox table as in Gwet (2008).
COHEN = table(
    (1, 1, 88), (1, 2, 14), (1, 3, 18), (2, 1, 10), (2, 2, 40), (2, 3, 10),
    (3, 1, 2), (3, 2, 6), (3, 3, 12),
)  # fmt: skip
ARTSTEIN = table(("s", "s", 20), ("s", "i", 20), ("i", "s", 10), ("i", "i", 50))
PARADOX = table(("+", "+", 118), ("+", "-", 5), ("-", "+", 2), ("-", "-", 0))


@pytest.mark.parametrize(
    ("level", "value"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha_of_krippendorffs_table(level: Any, value: float) -> None:
    found = agreement.coding(CANONICAL, level=level)
    assert found.value == pytest.approx(value, abs=5e-4)
    assert found.detail["pairable_units"] == 11, "the unit with one value takes no part"
    assert found.detail["n"] == 40


def test_alpha_of_binary_data() -> None:
    found = agreement.coding(BINARY)
    assert found.value == pytest.approx(2 / 21)
    assert found.detail["observed"] == pytest.approx(0.4)
    assert found.detail["expected"] == pytest.approx(0.442, abs=5e-4)
    assert agreement.coding(BINARY, "percent_agreement").value == 0.6


@pytest.mark.parametrize(
    ("data", "metric", "value", "tolerance"),
    [
        (COHEN, "cohen_kappa", 29 / 59, 1e-12),
        (COHEN, "percent_agreement", 0.7, 1e-12),
        (COHEN, "gwet_ac1", 0.57597, 1e-5),
        (COHEN, "gwet_ac2", 0.63855, 1e-5),
        (ARTSTEIN, "percent_agreement", 0.7, 1e-12),
        (ARTSTEIN, "bennett_s", 0.4, 1e-12),
        (ARTSTEIN, "scott_pi", 0.341, 5e-4),
        (ARTSTEIN, "cohen_kappa", 0.348, 5e-4),
        (PARADOX, "percent_agreement", 0.944, 1e-12),
        (PARADOX, "cohen_kappa", -0.0234, 5e-5),
        (PARADOX, "scott_pi", -0.0288, 5e-5),
        (PARADOX, "gwet_ac1", 0.9408, 5e-5),
    ],
)
def test_two_annotators(data: Any, metric: Any, value: float, tolerance: float) -> None:
    assert agreement.coding(data, metric).value == pytest.approx(value, abs=tolerance)


def test_what_stands_beside_kappa() -> None:
    detail = agreement.coding(COHEN, "cohen_kappa").detail
    assert detail["maximum"] == pytest.approx(0.831, abs=5e-4)
    assert detail["expected"] == pytest.approx(0.41)
    specific = agreement.coding(PARADOX, "specific_agreement").detail["by_value"]
    assert specific == {"+": pytest.approx(236 / 243), "-": 0.0}


def test_weighted_kappa_gives_credit_for_near_values() -> None:
    """By hand: one unit of four is off by one step; shares are (1, 1, 2) / 4 and (1, 2, 1) / 4."""
    data = [[1, 2, 3, 3], [1, 2, 3, 2]]
    for weights, value in (("identity", 7 / 11), ("linear", 5 / 7), ("quadratic", 4 / 5)):
        found = agreement.coding(data, "cohen_kappa", weights=weights)  # type: ignore[arg-type]
        assert found.value == pytest.approx(value), weights


def test_many_annotators_with_gaps() -> None:
    for metric, value in (
        ("gwet_ac1", 0.775),
        ("fleiss_kappa", 0.761),
        ("conger_kappa", 0.763),
        ("bennett_s", 0.773),
    ):
        found = agreement.coding(GWET, metric, missing="gwet")  # type: ignore[arg-type]
        assert found.value == pytest.approx(value, abs=5e-4), metric
    refused = agreement.coding(GWET, "fleiss_kappa")
    assert (refused.value, refused.reason) == (None, "missing_values")


def test_fleiss() -> None:
    rows = [
        [value for value, count in zip("12345", row, strict=True) for _ in range(int(count))]
        for row in FLEISS.split()
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    found = agreement.coding(columns, "fleiss_kappa")
    assert found.value == pytest.approx(0.430, abs=5e-4)
    assert found.detail["observed"] == pytest.approx(0.5556, abs=5e-4)
    assert found.detail["expected"] == pytest.approx(0.2201, abs=5e-4)
    assert list(found.detail["by_value"].values()) == pytest.approx(
        [0.248, 0.248, 0.517, 0.470, 0.565], abs=5e-3
    )
    alpha = agreement.coding(columns).value
    assert alpha is not None
    assert 1 - alpha == pytest.approx((1 - found.value) * 179 / 180)


def test_alpha_of_sets() -> None:
    """Passonneau (2006); two annotators, nine units, values by nltk's exact thirds."""
    a = ["", "A", "A", "A", "AB", "AB", "ABC", "C", "C"]
    b = ["", "", "A", "B", "A", "AC", "ABC", "AC", "AC"]
    data = [[list(value) for value in row] for row in (a, b)]
    masi, jaccard = agreement.sets(data, "masi"), agreement.sets(data, "jaccard")
    assert masi.value == pytest.approx(0.273080660836)
    assert masi.detail["observed"] == pytest.approx(0.543209876543)
    assert jaccard.value == pytest.approx(0.315619967794)
    assert masi.detail["equal_sets"] == pytest.approx(3 / 9)


def test_alpha_u_of_2004() -> None:
    """Krippendorff (2004), p. 254: text from 150 on, 300 long; c and k may overlap."""
    data = {
        "continuum": {"begin": 150, "length": 300},
        "annotators": {
            "i": [(225, 295, "c"), (370, 400, "c"), (180, 240, "k"), (300, 350, "k")],
            "j": [
                (220, 300, "c"),
                (355, 375, "c"),
                (400, 420, "c"),
                (180, 240, "k"),
                (300, 350, "k"),
            ],
        },
    }
    found = agreement.unitizing(data, "alpha_u_2004")
    assert found.value == pytest.approx(0.858665405184)
    c, k = found.detail["by_label"]["c"], found.detail["by_label"]["k"]
    assert (c["value"], k["value"]) == (pytest.approx(0.7286, abs=5e-5), 1.0)
    assert c["observed"] == pytest.approx(0.0144, abs=5e-5)
    assert (c["expected"], k["expected"]) == pytest.approx((0.0532, 0.0490), abs=5e-5)
    refused = agreement.unitizing(data, "u_alpha")
    assert (refused.value, refused.reason) == (None, "overlapping_labels")


def test_alpha_u_of_1995() -> None:
    """Krippendorff (1995), examples A and B, with 50,000 positions for each of his."""
    step = 50_000

    def example(*rows: list[tuple[int, int]]) -> Any:
        work = {str(i): [(a * step, b * step, "x") for a, b in row] for i, row in enumerate(rows)}
        found = agreement.unitizing({"length": 24 * step, "annotators": work}, "alpha_u_2004")
        return found.detail["by_label"]["x"]

    a = example([(2, 10), (14, 20)], [(4, 8), (15, 17)])
    assert a["value"] == pytest.approx(0.552946814873)
    assert a["observed"] == pytest.approx(0.03125)
    b = example([(0, 18)], [(0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 9), (9, 10)])
    assert b["value"] == pytest.approx(-0.928384671247)
    assert b["observed"] == pytest.approx(2.26736, abs=1e-5)


TWO = {
    "length": 60,
    "annotators": {
        "a": [(3, 15, "x"), (22, 40, "y"), (41, 50, "x")],
        "b": [(5, 15, "x"), (22, 33, "y"), (33, 38, "x"), (44, 52, "x")],
    },
}
THREE = {
    "length": 60,
    "annotators": {
        "a": [(2, 5, "1")],
        "b": [(2, 5, "1"), (10, 20, "2")],
        "c": [(2, 5, "2"), (15, 20, "2")],
    },
}


def test_the_family_of_2016() -> None:
    """Krippendorff, Mathet, Bouvry & Widloecher (2016); values on which implementations agree."""
    value = {name: agreement.unitizing(TWO, name).value for name in ("u_alpha", "bar_u_alpha")}  # type: ignore[arg-type]
    assert value == pytest.approx({"u_alpha": 0.665540684088, "bar_u_alpha": 0.70502768872})
    assert agreement.unitizing(TWO, "cu_alpha").value == pytest.approx(0.732388638639)
    by_label = agreement.unitizing(TWO, "ku_alpha").detail["by_label"]
    assert by_label == pytest.approx({"x": 0.719854990125, "y": 0.749564379194})


def test_three_annotators_leave_cu_alpha_open() -> None:
    assert agreement.unitizing(THREE).value == pytest.approx(0.398298142379)
    assert agreement.unitizing(THREE, "bar_u_alpha").value == pytest.approx(0.523801044634)
    union = agreement.unitizing(THREE, "cu_alpha", self_pairing="union")
    pairwise = agreement.unitizing(THREE, "cu_alpha", self_pairing="pairwise")
    assert (union.value, pairwise.value) == pytest.approx((0.46875, 5 / 14))
    assert union.detail["self_pairing"] == "union"


def test_units_of_one_character_are_values_of_positions() -> None:
    a = {0: "x", 3: "y", 5: "x", 9: "y"}
    b = {0: "x", 3: "x", 6: "x", 9: "y"}
    spans = {"a": [(i, i + 1, v) for i, v in a.items()], "b": [(i, i + 1, v) for i, v in b.items()]}
    units_ = agreement.unitizing({"length": 12, "annotators": spans}).value
    values = agreement.coding([[row.get(i, "gap") for i in range(12)] for row in (a, b)]).value
    assert units_ == pytest.approx(values, abs=1e-12)
    assert units_ == pytest.approx(0.517482517483)


def test_boundary_similarity() -> None:
    """Micro-examples of segeval, by Fournier (2013)."""
    others = [5, 6], [2, 3, 3, 3], [2, 2, 7], [1, 1, 3, 1, 5]
    pairs = [[[2, 3, 6], other] for other in others]
    found = agreement.segmentation({"pairs": pairs})
    assert found.detail["values"] == pytest.approx([1 / 2, 2 / 3, 3 / 4, 1 / 2])
    assert found.value == pytest.approx(1 - (1 + 1 + 0.5 + 2) / (2 + 3 + 2 + 4))


def test_the_four_counts_of_semeval() -> None:
    gold = [(10, 17, "B"), (30, 38, "D"), (50, 61, "D"), (70, 79, "D"), (90, 102, "D")]
    mine = [(0, 7, "B"), (27, 38, "D"), (50, 61, "B"), (70, 79, "D"), (90, 102, "D")]
    gold.append((120, 134, "G"))
    mine.append((115, 134, "D"))
    found = agreement.semeval({"gold": gold, "mine": mine})
    assert found.detail["f1"] == pytest.approx(
        {"strict": 1 / 3, "exact": 1 / 2, "partial": 2 / 3, "type": 1 / 2}
    )
    assert list(found.detail["counts"]["strict"].values()) == [2, 3, 0, 1, 1]
    assert list(found.detail["counts"]["partial"].values()) == [3, 0, 2, 1, 1]


def test_b_cubed_and_lea_by_hand() -> None:
    data = {"a": [[1, 2, 3], [4, 5]], "b": [[1, 2], [3, 4, 5]]}
    assert agreement.entities(data, "b_cubed").value == pytest.approx(11 / 15)
    assert agreement.entities(data, "lea").value == pytest.approx(3 / 5)


def test_alpha_has_an_interval_and_says_what_each_annotator_does_to_it() -> None:
    rows = [column * 5 for column in CANONICAL.values()]
    for level in ("nominal", "ordinal", "interval", "ratio"):
        found = agreement.coding(rows, level=level, replicates=500, seed=3)  # type: ignore[arg-type]
        interval = found.detail["interval"]
        assert interval["low"] < found.value < interval["high"]
        assert (interval["articles"], interval["few_articles"]) == (55, False)
    pairs = agreement.coding(CANONICAL).detail["leave_one_out"]
    three = {name: CANONICAL[name] for name in "abd"}
    assert pairs["c"] == agreement.coding(three).value
