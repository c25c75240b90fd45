"""Converts every readable fixture with `zoo convert` and compares what torch and safetensors read.

Usage: check-conversions.py ZOO
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import safetensors
import torch

warnings.filterwarnings("ignore")
zoo = sys.argv[1]
repository = pathlib.Path(__file__).parent.parent
fixtures = repository / "Tests/ZooCheckpointTests/Fixtures"
corpus = repository / "Tests/Corpus"
dtypes = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def flat(value):
    """The tensors of a file, wherever they stand."""
    tensors = {k: v for k, v in value.items() if isinstance(v, torch.Tensor)}
    if tensors:
        return tensors
    for key in ("state", "state_dict", "model", "model_state_dict", *value):
        inner = value.get(key)
        if isinstance(inner, dict) and any(isinstance(v, torch.Tensor) for v in inner.values()):
            return flat(inner)
    return {}


def read(path):
    if path.suffix == ".safetensors":
        with safetensors.safe_open(path, framework="pt") as file:
            return {key: file.get_tensor(key) for key in file.keys()}
    if path.suffix == ".pts":
        return dict(torch.jit.load(path).state_dict())
    return flat(torch.load(path, weights_only=True))


def own_names(tensors):
    """The tensors without what wrappers put before all names, within some, or beside them."""
    tensors = {str(k): v for k, v in tensors.items()}
    count = tensors.get("n_averaged")
    if count is not None and not count.shape and all(k.startswith("module.") for k in tensors if k != "n_averaged"):
        del tensors["n_averaged"]
    parts = ["module.", "_orig_mod.", "model."]
    while found := [part for part in parts if tensors and all(name.startswith(part) for name in tensors)]:
        parts.remove(found[0])
        tensors = {name.removeprefix(found[0]): value for name, value in tensors.items()}
    short = {".".join([p for p in k.split(".")[:-1] if p != "_orig_mod"] + [k.split(".")[-1]]): v for k, v in tensors.items()}
    return short if len(short) == len(tensors) else tensors


def equal(a, b):
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    a, b = a.detach().contiguous().flatten(), b.detach().contiguous().flatten()
    if a.is_floating_point() and a.element_size() > 1:
        return bool(((a == b) | (a.isnan() & b.isnan())).all())
    return a.numel() == 0 or torch.equal(a.view(torch.uint8), b.view(torch.uint8))


# What the corpus says is refused, although torch or safetensors read it.
cases = json.loads((corpus / "checkpoints.json").read_text(encoding="utf-8"))
refused = {path for path, case in cases.items() if "refused" in case}

compared = files = 0
failures = []
unsupported = set()
sources = sorted(fixtures.glob("*.pt")) + sorted(fixtures.glob("*.pts"))
sources += sorted(fixtures.glob("*.safetensors"))
for group in ("tensors", "wrappers", "safetensors", "legacy"):
    sources += [path for path in sorted((corpus / group).iterdir()) if f"{group}/{path.name}" not in refused]
with tempfile.TemporaryDirectory() as directory:
    for source in sources:
        try:
            original = read(source)
        except Exception:
            continue  # What torch refuses is not compared.
        for target in ("x.pt", "x.safetensors"):
            for dtype in (None, "f32", "f16", "bf16"):
                output = pathlib.Path(directory) / target
                output.unlink(missing_ok=True)
                command = [zoo, "convert", source, output, "--quiet"]
                command += ["--dtype", dtype] if dtype else []
                run = subprocess.run(command, capture_output=True, text=True)
                if run.returncode == 6:
                    unsupported.add(f"{source.parent.name}/{source.name} as {target}")
                    continue
                if run.returncode:
                    failures.append(f"{source.name}: {run.stderr.strip()}")
                    continue
                back = read(output)
                files += 1
                expected = own_names(original)
                if back.keys() != expected.keys():
                    failures.append(f"{source.name} as {target}: other names")
                for name in back.keys() & expected.keys():
                    value = expected[name]
                    if dtype and value.dtype in (torch.float64, *dtypes.values()):
                        value = value.to(dtypes[dtype])
                    compared += 1
                    if not equal(value, back[name]):
                        failures.append(f"{source.name} as {target} {dtype}: '{name}' differs")
print(f"{files} files written, {compared} tensors compared, {len(failures)} differences")
print(f"not supported, and so not compared: {', '.join(sorted(unsupported))}")
for failure in failures:
    print(failure)
sys.exit(bool(failures) or files == 0)
