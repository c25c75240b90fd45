"""Writes registry.json (schema 1, described in docs/registry.md) from an installed birder.

    scripts/make-registry [--check]

Names, files, descriptions and configurations are those that birder registers; parameters and
embedding sizes are counted on networks that it builds, without memory. What only model cards say
(licences, papers, heads, published figures, RGB statistics, exact sizes, how many classes) is taken from
registry/cards.json, which is edited by hand; what neither states is null. With --check nothing is
written: the command fails, and shows the first lines that differ, if registry.json is another one.
"""

import argparse
import contextlib
import difflib
import json
import logging
import sys
from pathlib import Path

import torch

with contextlib.suppress(ImportError):
    import torchvision_shim  # noqa: F401  stands in for torchvision's compiled operators

import birder.net.mim  # noqa: F401
import birder.net.ssl  # noqa: F401
from birder.conf.settings import REGISTRY_BASE_URL
from birder.model_registry import registry

ROOT = Path(__file__).parent.parent
CLASSIFICATION = "image_classification"


def network_class(name):
    """The class that a registered network is a configuration of."""
    net = registry._get_model_by_name(name)
    return net if net.__module__.startswith("birder.net.") else net.__mro__[1]


def networks():
    """Every configuration that birder registers, under its aliases too."""
    names = [*registry.all_nets, *registry.name_aliases]
    return {
        name: {
            "family": network_class(name).__module__.rpartition(".")[2],
            "class": network_class(name).__name__,
            "config": getattr(registry._get_model_by_name(name), "config", None) or {},
        }
        for name in names
    }


def build(entry, card):
    """The network of an entry, without a classifier, as its file has it."""
    size = tuple(entry["resolution"])
    name, task = entry["net"]["network"], entry["task"]
    if task == "object_detection":
        backbone = registry.net_factory(entry["backbone"]["network"], 0, size=size)
        net = registry.detection_net_factory(name, card["classes"], backbone, size=size)
    elif "encoder" in entry:
        encoder = registry.net_factory(entry["encoder"]["network"], 0, size=size)
        net = registry.mim_net_factory(name, encoder, size=size)
    else:
        net = registry.net_factory(name, 0, size=size)
    if entry["net"].get("reparameterized"):
        net.reparameterize_model()
    return net


def measured(entry, card):
    """How many parameters a network has, the size of its embedding, and whether the file has a
    classifier; where they are known."""
    task = entry["task"]
    if task == "self_supervised_learning" or (
        task == "object_detection" and "classes" not in card
    ):
        return None, None, None
    try:
        with torch.device("meta"):
            net = build(entry, card)
    except (NotImplementedError, RuntimeError):
        net = build(entry, card)
    parameters = sum(parameter.numel() for parameter in net.parameters())
    if task != CLASSIFICATION:
        return parameters, None, None
    return parameters, net.embedding_size, has_classifier(entry, card, net)


def has_classifier(entry, card, net):
    """Whether the file has room for a classifier beside the network, which has none.

    Sizes are rounded to a tenth of a MiB, and names of tensors and classes take room too. So less than
    64 rows of a classifier are none, unless a card states its classes, 100 are one, and else
    nothing is known.
    """
    if "classes" in card:
        return True
    if "pt" not in entry["formats"]:
        return None
    state = sum(tensor.numel() * tensor.element_size() for tensor in net.state_dict().values())
    room = entry["formats"]["pt"]["file_size"] * 2**20 - state
    rows = room / (4 * (net.embedding_size + 1))
    return True if rows >= 100 else False if room > -50_000 and rows < 64 else None


def files(name, entry, card):
    base = entry.get("url", REGISTRY_BASE_URL)
    return {
        kind: {
            "url": f"{base}/{name}.{kind}",
            "mirrors": [],
            "sha256": facts["sha256"],
            "size": card.get("sizes", {}).get(kind),
            "size_mib": facts["file_size"],
        }
        for kind, facts in entry["formats"].items()
    }


def heads(name, entry, card):
    return {
        level: {"url": f"{entry['url']}/{name}-{level}.head.pt", "sha256": None, **facts}
        for level, facts in card.get("heads", {}).items()
    }


def model(name, entry, card):
    task = entry["task"]
    size = tuple(entry["resolution"])
    result = {"network": entry["net"]["network"], "tag": entry["net"].get("tag"), "task": task}
    result |= {key: entry["net"][key] for key in ("reparameterized", "epoch") if key in entry["net"]}
    result |= {key: entry[key] for key in ("backbone", "encoder") if key in entry}
    parameters, embedding_size, classifier = measured(entry, card)
    return result | {
        "description": entry["description"],
        "license": card.get("license"),
        "parameters": parameters,
        "embedding_size": embedding_size,
        "signature": {
            "inputs": [{"data_shape": [0, 3, *size]}],
            "outputs": [{"data_shape": [0, card.get("classes", 0)]}] if task == CLASSIFICATION else [],
        },
        "classifier": classifier,
        "rgb_stats": card.get("rgb_stats"),
        "files": files(name, entry, card),
        "heads": heads(name, entry, card),
        "metrics": card.get("metrics", {}),
        "papers": card.get("papers", []),
        "citation": card.get("citation"),
    }


def line(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def block(members, indent):
    """An object of texts that are JSON already, one line for each member."""
    if not members:
        return "{}"
    lines = [f"{indent}  {line(key)}: {text}" for key, text in members.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def model_block(fields):
    def text(field, value):
        if field in ("files", "heads"):
            return block({key: line(member) for key, member in value.items()}, " " * 6)
        return line(value)

    return block({field: text(field, value) for field, value in fields.items()}, " " * 4)


def document():
    cards = json.loads((ROOT / "registry/cards.json").read_text(encoding="utf-8"))
    entries = {name: registry.get_pretrained_metadata(name) for name in registry._pretrained_nets}
    unknown = set(cards) - set(entries)
    if unknown:
        sys.exit(f"registry/cards.json has models that birder does not register: {unknown}")
    sections = {
        "schema": line(1),
        "networks": block({name: line(net) for name, net in networks().items()}, "  "),
        "models": block(
            {
                name: model_block(model(name, entry, cards.get(name, {})))
                for name, entry in entries.items()
            },
            "  ",
        ),
    }
    return block(sections, "") + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    check = parser.parse_args().check
    logging.disable(logging.INFO)
    path = ROOT / "registry.json"
    found = document()
    if not check:
        path.write_text(found, encoding="utf-8", newline="\n")
        return
    present = path.read_text(encoding="utf-8")
    if found != present:
        changes = difflib.unified_diff(
            present.splitlines(), found.splitlines(), "registry.json", "birder", lineterm="", n=0
        )
        for change, _ in zip(changes, range(20)):
            print(change[:200])
        sys.exit(1)


main()
