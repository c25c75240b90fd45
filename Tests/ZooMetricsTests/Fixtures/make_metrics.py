"""Makes metrics.json: random scores and what birder's Results (birder 0.8.4) say of them.

    python make_metrics.py

Scores are whole numbers, of which many are equal; null is NaN. No row has equal scores on both
sides of the border of its top-k, for there NumPy's argpartition leaves open which it takes.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import torchvision_shim  # noqa: F401  Comes before birder; see Benchmarks.
from birder.conf import settings
from birder.results.classification import Results
from birder.results.gui import ConfusionMatrix

NAMES = ["Aedes", "Apis, wild", 'the "Culex"', "Épeire", "two\nlines"]


def rows(rng, samples, classes, top_k, levels, never_predicted=(), nans=0):
    result = []
    while len(result) < samples:
        row = rng.integers(0, levels, classes).astype(np.float32)
        row[list(never_predicted)] -= levels
        row[rng.permutation(classes)[:nans]] = np.nan
        ranked = np.sort(row)[::-1]
        ranked = np.concatenate([ranked[np.isnan(ranked)], ranked[~np.isnan(ranked)]])
        if top_k < classes and ranked[top_k - 1] == ranked[top_k]:
            continue
        result.append(row)
    return np.stack(result)


def labels(rng, scores, absent=(), hit_rate=0.5, missing_rate=0.0):
    """Labels that are often among the first classes; -1 is none."""
    (samples, classes) = scores.shape
    result = rng.integers(0, classes, samples)
    lucky = rng.random(samples) < hit_rate
    result[lucky] = scores.argmax(axis=1)[lucky]
    for label in absent:
        result[result == label] = (label + 1) % classes
    result[rng.random(samples) < missing_rate] = settings.NO_LABEL
    return result


def optional(value):
    return None if np.isnan(value) else float(value)


def case(name, scores, truth, top_k=5):
    settings.TOP_K = top_k
    (samples, classes) = scores.shape
    names = (NAMES + [f"class {i}" for i in range(len(NAMES), classes)])[:classes]
    results = Results([f"{i:05}" for i in range(samples)], truth, names, scores)

    occurring = [names[i] for i in results.unique_labels]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "confusion.csv"
        ConfusionMatrix(results.confusion_matrix, occurring).save(str(path))
        confusion = path.read_text(encoding="utf-8")

    return {
        "name": name,
        "class_names": names,
        "top_k": top_k,
        "labels": [None if label == settings.NO_LABEL else int(label) for label in truth],
        "scores": [None if np.isnan(value) else int(value) for value in scores.ravel()],
        "valid": results._valid_length,
        "accuracy": results.accuracy,
        "top_k_accuracy": optional(results.top_k),
        "mistakes": results._num_mistakes,
        "out_of_top_k": results.num_out_of_top_k,
        "macro_f1": float(results.macro_f1_score),
        "report": [list(row.values()) for row in results.detailed_report().iter_rows(named=True)],
        "report_csv": results.detailed_report().write_csv(),
        # Without the diagonal, which birder lists as -1 where no other cell is zero.
        "pairs": [
            list(row.values())
            for row in results.most_confused_pairs(n=10**6).iter_rows(named=True)
            if row["amount"] > 0
        ],
        "confusion_csv": confusion,
    }


def main():
    rng = np.random.default_rng(6)
    cases = []

    scores = rows(rng, 60, 7, 5, 1000)
    cases.append(case("few classes", scores, labels(rng, scores)))

    scores = rows(rng, 500, 20, 5, 100)
    cases.append(case("20 classes, labels missing", scores, labels(rng, scores, missing_rate=0.1)))

    scores = rows(rng, 120, 9, 5, 100, never_predicted=(4,))
    cases.append(case("a class is never predicted", scores, labels(rng, scores)))

    scores = rows(rng, 120, 9, 5, 100)
    cases.append(case("two classes are never present", scores, labels(rng, scores, absent=(2, 8))))

    scores = rows(rng, 30, 12, 5, 100, never_predicted=(6, 11))
    cases.append(case("a class does not occur", scores, labels(rng, scores, absent=(6, 11), hit_rate=0.2)))

    scores = rows(rng, 100, 8, 5, 6)
    cases.append(case("many ties", scores, labels(rng, scores)))

    scores = rows(rng, 40, 8, 5, 100, nans=3)
    cases.append(case("scores that are not numbers", scores, labels(rng, scores)))

    for classes in (5, 3):
        scores = rows(rng, 40, classes, 5, 100)
        cases.append(case(f"{classes} classes", scores, labels(rng, scores, missing_rate=0.1)))

    scores = rows(rng, 60, 6, 3, 100)
    cases.append(case("top-3", scores, labels(rng, scores), top_k=3))

    scores = rows(rng, 20, 6, 5, 100)
    cases.append(case("all correct", scores, labels(rng, scores, hit_rate=1.0)))

    text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (Path(__file__).parent / "metrics.json").write_text(f"[{text}]\n")


if __name__ == "__main__":
    main()
