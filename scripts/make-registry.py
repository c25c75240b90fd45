#!/usr/bin/env python3
"""Makes registry.json (schema 1, described in docs/registry.md) from facts about birder 0.8.4.

    make-registry.py INVENTORY NETWORKS MODEL_CARDS MODEL_CARD_TXT > registry.json

INVENTORY       JSON: one record for each pretrained entry (files, network, measured sizes)
NETWORKS        JSON: every network that birder registers, with class, configuration and aliases
MODEL_CARDS     JSON: licence, papers and tables of the published model cards
MODEL_CARD_TXT  the text of one model card, of which the BibTeX entries are taken

What none of these states is null. The output depends on the input alone.
"""

import json
import sys
from decimal import Decimal

CARD_TEXT_MODEL = "vit_b16_ls_franca-bioscan5m"

# The statistics in the published training command of the entry; the checkpoint itself has the
# last word. The commands of other entries are not tied to one file, so they say nothing here.
RGB_STATS = {
    "vit_b16_ls_franca-bioscan5m": {
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "source": "training command",
    },
}

# Exact sizes in bytes, where more is known than MiB with one decimal.
SIZES = {"vit_b16_ls_franca-bioscan5m.pt": 343335491}

# Rows of the cards' tables of linear probes on iNaturalist 2021 that are entries of the registry.
PROBE_ROWS = {
    "vit_reg4_so150m_p14_ls_dino-v2-bio-224px": "Bio-DINO 224px",
    "vit_reg4_so150m_p14_ls_dino-v2-bio-252px": "Bio-DINO 252px",
    "vit_reg4_so150m_p14_ls_dino-v2-bio-336px": "Bio-DINO 336px",
    "vit_reg1_s14_ls_dino-v2-dist-bio": "Bio-DINO S/14 (dist)",
}
PROBE_COLUMNS = {
    "Accuracy": "inat2021_probe_top1",
    "Top-3 accuracy": "inat2021_probe_top3",
    "Macro F1": "inat2021_probe_macro_f1",
}


def parameters(entry):
    """Parameters of the network without a classifier.

    The inventory counts in millions with four decimals. The state dict gives the exact number
    where it holds nothing but float32 parameters, which is so when the two agree; a small buffer
    would hide in the rounding, so of buffers only position embeddings are let pass.
    """
    if "params_M_no_head" not in entry:
        return None
    rounded = round(entry["params_M_no_head"] * 1e6)
    exact, rest = divmod(entry["state_bytes"], 4)
    small_buffers = set(entry.get("buffers", [])) - {"pos_embed"}
    return exact if rest == 0 and abs(exact - rounded) <= 50 and not small_buffers else rounded


def card_of(entry, cards):
    """The model card of an entry's repository; checkpoints of several sizes share one."""
    repository = entry["url_base"].removesuffix("/resolve/main").rpartition("/")[2]
    return cards.get(entry["name"]) or cards.get(repository) or {}


def table(card, *columns):
    """The rows of the card's table with these leading columns, as dictionaries."""
    for candidate in card.get("tables", []):
        if candidate["columns"][: len(columns)] == list(columns):
            return [dict(zip(candidate["columns"], row)) for row in candidate["rows"]]
    return []


def heads(entry, card):
    return {
        row["Taxonomic Level"].lower(): {
            "url": f"{entry['url_base']}/{entry['name']}-{row['Taxonomic Level'].lower()}.head.pt",
            "sha256": None,
            "classes": int(row["Classes (N)"]),
            "metrics": {
                "val_top1": float(row["Val Top-1 Acc. (%)"]),
                "test_top1": float(row["Test Top-1 Acc. (%)"]),
            },
        }
        for row in table(card, "Taxonomic Level", "Classes (N)")
    }


def metrics(entry, card):
    """Published figures, all in percent."""
    result = {
        f"ami_{row['Taxonomic Level'].lower()}": float(row["AMI Score (%)"])
        for row in table(card, "Taxonomic Level", "AMI Score (%)")
    }
    for row in table(card, "Model", "Resolution", "Params (M)", "Accuracy"):
        if row["Model"] == PROBE_ROWS.get(entry["name"]):
            for column, metric in PROBE_COLUMNS.items():
                result[metric] = float(Decimal(row[column]) * 100)
    return result


def files(entry):
    return {
        kind: {
            "url": f"{entry['url_base']}/{entry['name']}.{kind}",
            "mirrors": [],
            "sha256": facts["sha256"],
            "size": SIZES.get(f"{entry['name']}.{kind}"),
            "size_mib": facts["file_size"],
        }
        for kind, facts in entry["formats"].items()
    }


def citation(text):
    """The BibTeX entries of a model card."""
    bibtex = text.partition("\nCitation\n")[2]
    return bibtex[: bibtex.rindex("\n}") + 2].strip()


def model(entry, cards, card_text):
    card = card_of(entry, cards)
    is_classifier = entry["task"] == "image_classification"
    result = {"network": entry["network"], "tag": entry["net"].get("tag"), "task": entry["task"]}
    for fact in ("reparameterized", "epoch"):
        if fact in entry["net"]:
            result[fact] = entry["net"][fact]
    for part in ("backbone", "encoder"):
        if part in entry:
            result[part] = entry[part]
    return result | {
        "description": entry["description"],
        "license": card.get("license"),
        "parameters": parameters(entry),
        "embedding_size": entry.get("embedding_size"),
        "signature": {
            "inputs": [{"data_shape": [0, 3, *entry["resolution"]]}],
            "outputs": [{"data_shape": [0, 0]}] if is_classifier else [],
        },
        "rgb_stats": RGB_STATS.get(entry["name"]),
        "files": files(entry),
        "heads": heads(entry, card),
        "metrics": metrics(entry, card),
        "papers": card.get("papers", []),
        "citation": citation(card_text) if entry["name"] == CARD_TEXT_MODEL else None,
    }


def networks(entries, facts):
    """Every configuration of the ViT class, and whatever network an entry names."""
    families = {e["network_class"]: e["module"] for e in entries}
    families |= {e["backbone_class"]: e["backbone_module"] for e in entries if "backbone" in e}
    used = {e["network"] for e in entries}
    used |= {e[part]["network"] for e in entries for part in ("backbone", "encoder") if part in e}
    known = facts["networks"]
    known |= {alias: known[name] for alias, name in facts["aliases"].items()}
    return {
        name: {
            "family": families[network["class"]].rpartition(".")[2],
            "class": network["class"],
            "config": network["config"] or {},
        }
        for name, network in known.items()
        if network["class"] == "ViT" or name in used
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


def main(inventory_path, networks_path, cards_path, card_text_path):
    def read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    entries = json.loads(read(inventory_path))["entries"]
    entries.sort(key=lambda entry: entry["registration_index"])
    cards = json.loads(read(cards_path))
    card_text = read(card_text_path)
    configurations = networks(entries, json.loads(read(networks_path)))
    models = {entry["name"]: model_block(model(entry, cards, card_text)) for entry in entries}
    sections = {
        "schema": line(1),
        "networks": block({name: line(net) for name, net in configurations.items()}, "  "),
        "models": block(models, "  "),
    }
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print(block(sections, ""))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
