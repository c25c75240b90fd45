"""What the benchmark ran on: processor, its instructions, memory, versions."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

# What decides which kernels run, as Linux calls it in /proc/cpuinfo.
FEATURES = {
    "avx2": "AVX2",
    "fma": "FMA",
    "avx512f": "AVX-512",
    "avx_vnni": "AVX-VNNI",
    "avx512_vnni": "AVX512-VNNI",
    "avx512_bf16": "AVX512-BF16",
    "amx_bf16": "AMX-BF16",
    "amx_int8": "AMX-INT8",
    "asimddp": "dot product",
    "i8mm": "I8MM",
    "bf16": "BF16",
}
PACKAGES = ["torch", "birder", "onnxruntime", "openvino", "onnx", "Pillow", "numpy"]


def describe():
    flags, model = set(), platform.processor()
    if Path("/proc/cpuinfo").is_file():
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = (part.strip() for part in line.partition(":"))
            if key == "model name":
                model = value
            elif key in ("flags", "Features"):
                flags.update(value.split())
    elif platform.system() == "Darwin":
        model = sysctl("machdep.cpu.brand_string")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": f"{model} ({family()})" if family() else model,
        "architecture": platform.machine(),
        "features": [name for flag, name in FEATURES.items() if flag in flags],
        "lacking": [
            name
            for flag, name in FEATURES.items()
            if flag in ("avx512f", "avx512_vnni", "avx512_bf16") and flag not in flags
        ]
        if platform.machine() == "x86_64"
        else [],
        "processors": os.cpu_count(),
        "memory_bytes": memory,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def family():
    """Family and model of an x86 processor: under a hypervisor its name says little."""
    try:
        text = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    found = dict(line.replace("\t", "").split(":", 1) for line in text if ":" in line)
    if "cpu family" not in found:
        return ""
    return f"family {found['cpu family'].strip()}, model {found['model'].strip()}"


def versions():
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return {"Python": platform.python_version(), **found}


def sysctl(name):
    return subprocess.run(["sysctl", "-n", name], capture_output=True, text=True).stdout.strip()
