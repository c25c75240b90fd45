"""Makes keys.json: for every network that birder registers, a digest of its state dict's keys.

    python make_keys.py > keys.json

needs an environment with birder 0.8.4. Each network is built without memory, with 10 classes and at
its usual size, or at 224 x 224 where that does not suit it. The digest is the SHA-256 of its lines
`KEY EXTENT,EXTENT,…`, sorted, each with a line feed.
"""

import hashlib
import json

import torch

from reference import birder_version, family, registry

CLASSES = 10


def build(net, size, device):
    with torch.device(device):
        return net(3, CLASSES, size=size)


def outline(name):
    net = registry.all_nets[name]
    for size in [net.default_size, (224, 224)]:
        for device in ["meta", "cpu"]:
            try:
                return size, build(net, size, device).state_dict()
            except (AssertionError, NotImplementedError, RuntimeError) as error:
                last = error
    raise last


def digest(state):
    lines = sorted(f"{key} {','.join(map(str, value.shape))}\n" for key, value in state.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def main():
    networks = {}
    for name, net in registry.all_nets.items():
        if net.task != "image_classification":
            continue
        size, state = outline(name)
        networks[name] = {"family": family(name), "size": list(size), "keys": digest(state)}
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in networks.items())
    print(f'{{"birder": "{birder_version}", "classes": {CLASSES}, "networks": {{\n{rows}\n}}}}')


main()
