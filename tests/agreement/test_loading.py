"""What importing the engine costs, and how it treats large data."""

import subprocess
import sys

import numpy as np
import pytest

from annotator import agreement


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_importing_loads_neither_numpy_nor_scipy() -> None:
    script = "import sys; from annotator import agreement; print(*sys.modules)"
    assert not {"numpy", "scipy", "typing"} & set(run(script).split())


def test_importing_is_quick() -> None:
    script = (
        "import annotator, time; begin = time.process_time(); from annotator import agreement; "
        "print(time.process_time() - begin)"
    )
    assert min(float(run(script)) for _ in range(3)) < 0.01


def test_gamma_stays_a_function_when_its_module_is_imported() -> None:
    script = (
        "import annotator.agreement.gamma; from annotator import agreement; "
        "print(callable(agreement.gamma))"
    )
    assert run(script).strip() == "True"


def test_every_public_name_is_there() -> None:
    assert all(getattr(agreement, name) is not None for name in agreement.__all__)
    with pytest.raises(AttributeError, match="kappa"):
        agreement.kappa  # noqa: B018


def test_a_matrix_says_the_same_as_lists() -> None:
    rows = [[1, 2, None, 4, 2], [1, 2, 3, 3, None], [1, None, 3, 4, 2]]
    matrix = np.array(rows, dtype=float)
    for level in ("nominal", "ordinal", "interval", "ratio"):
        listed, packed = (agreement.coding(data, level=level) for data in (rows, matrix))  # type: ignore[arg-type]
        assert listed.value == packed.value
    wide = np.array(rows, dtype=float) * 0.5 + 1e6
    assert agreement.coding(wide).value == agreement.coding(rows).value


def test_columns_say_the_same_as_spans() -> None:
    spans = [("a", 0, 5, "x"), ("a", 9, 14, "y"), ("b", 1, 5, "x"), ("b", 9, 14, "x")]
    work: dict[str, list[tuple[int, int, str]]] = {"a": [], "b": []}
    for who, start, end, label in spans:
        work[who].append((start, end, label))
    columns = agreement.from_columns(
        np.zeros(4, np.int64),
        np.array([0, 0, 1, 1]),
        np.array([span[1] for span in spans]),
        np.array([span[2] for span in spans]),
        np.array([0, 1, 0, 0]),
        np.array([20]),
        annotators=["a", "b"],
        labels=["x", "y"],
    )
    data = {"length": 20, "annotators": work}
    assert agreement.unitizing(columns).value == agreement.unitizing(data).value
    assert agreement.spans(columns, "f1_iou").value == agreement.spans(data, "f1_iou").value
    assert agreement.layers(columns).value == agreement.layers(data).value
