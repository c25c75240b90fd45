"""Makes bicubic_resize.json from torch.nn.functional.interpolate.

    python make_bicubic_resize.py
"""

import json
from pathlib import Path

import numpy as np
import torch

# (input [C, H, W], output (h, w)). No result is one column wide: PyTorch 2.13 with antialias then
# repeats rows instead of interpolating between them.
CASES = [
    ((2, 14, 14), (16, 16)),
    ((2, 16, 16), (14, 14)),
    ((3, 7, 5), (7, 5)),
    ((1, 24, 24), (7, 10)),
    ((1, 5, 9), (31, 4)),
    ((1, 1, 1), (3, 2)),
    ((1, 2, 3), (5, 2)),
    ((1, 1, 179), (1, 224)),
    ((1, 224, 2), (37, 3)),
    ((1, 37, 37), (16, 32)),
]


def ramp(shape):
    """Values between -1 and 1 that the test makes again."""
    index = np.arange(np.prod(shape), dtype=np.int64)
    values = ((index * 7919) % 1009).astype(np.float32) / np.float32(504) - np.float32(1)
    return torch.from_numpy(values.reshape(shape))


def main():
    cases = []
    for shape, size in CASES:
        for antialias in (False, True):
            result = torch.nn.functional.interpolate(
                ramp(shape)[None], size=size, mode="bicubic", align_corners=False, antialias=antialias
            )[0]
            cases.append(
                {
                    "input": list(shape),
                    "output": [shape[0], *size],
                    "antialias": antialias,
                    "values": [float(f"{value:.9g}") for value in result.flatten().tolist()],
                }
            )
    text = json.dumps(cases).replace("}, {", "},\n{")
    (Path(__file__).parent / "bicubic_resize.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
