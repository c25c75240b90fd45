"""What the benchmark ran on: processor, its instructions, memory, versions."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

# What decides which kernels run: the names of Linux, and the makers' names.
X86_FEATURES = {
    "avx2": "AVX2",
    "fma": "FMA",
    "avx_vnni": "AVX-VNNI",
    "avx512f": "AVX-512",
    "avx512_vnni": "AVX512-VNNI",
    "avx512_bf16": "AVX512-BF16",
    "amx_int8": "AMX-INT8",
    "amx_bf16": "AMX-BF16",
}
ARM_FEATURES = {"asimddp": "dot product", "i8mm": "I8MM", "bf16": "BF16", "sve": "SVE"}
PACKAGES = ["torch", "birder", "onnxruntime", "openvino", "onnx", "Pillow", "numpy"]


def describe():
    system = platform.system()
    found = {
        "processor": platform.processor() or "unknown",
        "architecture": platform.machine(),
        "features": [],
        "lacking": [],
        "processors": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{system} {platform.release().split('-')[0]}",
    }
    if system == "Linux":
        found.update(from_cpuinfo(Path("/proc/cpuinfo").read_text()))
    elif system == "Darwin":
        line = ["sysctl", "-n", "machdep.cpu.brand_string"]
        found["processor"] = subprocess.run(line, capture_output=True, text=True).stdout.strip()
    return found


def from_cpuinfo(text):
    lines = [line.partition(":") for line in text.splitlines()]
    fields = {key.strip(): value.strip() for key, _, value in lines}
    flags = fields.get("flags", fields.get("Features", "")).split()
    known = X86_FEATURES if "flags" in fields else ARM_FEATURES
    found = {
        "features": [name for flag, name in known.items() if flag in flags],
        "lacking": [name for flag, name in known.items() if flag not in flags],
    }
    if "model name" in fields:
        # Under a hypervisor the name says little; family and model are the processor's own.
        own = f"family {fields.get('cpu family')}, model {fields.get('model')}"
        found["processor"] = f"{fields['model name']} ({own})"
    return found


def versions():
    found = {"Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found
