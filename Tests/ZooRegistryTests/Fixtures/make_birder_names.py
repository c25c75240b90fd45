"""Writes birder-names.json: what birder's list_pretrained_models gives for some queries, and the
configurations of its ViT class.

    python make_birder_names.py        (birder 0.8.4 and its requirements; writes beside itself)
"""

import json
from pathlib import Path

import birder
from birder.model_registry import Task, registry
from birder.net.vit import ViT

PATTERNS = [
    "*",
    "vit_*bioscan*",
    "*_il-common*",
    "vit_b16_ls_franca-bioscan5m",
    "vit_?16_*",
    "vit_[bl]16_*",
    "vit_[!b]16_*",
    "[a-c]*",
    "[!a-v]*",
    "[z-a]*",
    "[]a]*",
    "[!]a-u]*",
    "[a-]*",
    "[--c]*",
    "[vr]it_*",
    "resnet_v[1-2]_50_*",
    "vit_b16[_*",
    "VIT_*",
    "vit",
    "*-*-*-*",
    "",
]

queries = [{"pattern": None, "task": None}]
queries += [{"pattern": pattern, "task": None} for pattern in PATTERNS]
queries += [{"pattern": None, "task": task.value} for task in Task]
queries += [{"pattern": "*vit*", "task": task.value} for task in Task]
for query in queries:
    task = Task(query["task"]) if query["task"] else None
    query["names"] = birder.list_pretrained_models(query["pattern"], task=task)

configurations = {
    name: network.config
    for name, network in registry.registered_configs.items()
    if network.__bases__[0] is ViT
}


def lines(items):
    return ",\n".join(json.dumps(item) for item in items)


members = ",\n".join(f"{json.dumps(name)}: {json.dumps(c)}" for name, c in configurations.items())
text = f'{{"queries": [\n{lines(queries)}\n],\n"vit": {{\n{members}\n}}}}\n'
json.loads(text)
Path(__file__).with_name("birder-names.json").write_text(text, encoding="utf-8")
