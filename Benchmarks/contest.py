"""Everything that is measured of one network: speed in turns, agreement, memory, fresh processes."""

import json
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from engines import FOR_CONVOLUTIONS, PEERS
from networks import PRECISIONS
from processes import Peer, PeerError, python, say
from turns import undisturbed
from zoo import Zoo, largest_resident_bytes

BATCHES = [1, 8]


class Contest:
    def __init__(self, choice, arguments):
        self.choice, self.arguments = choice, arguments
        self.directory = arguments.directory / choice.place
        self.precisions = [name for name in PRECISIONS if name in choice.precisions]
        self.peers, self.notes, self.errors = {}, {}, {}

    def prepare(self):
        say(f"{self.choice}: making the network")
        size = ["--size", self.choice.size] if self.choice.size else []
        precisions = ["--precisions", ",".join(self.precisions)]
        python("model.py", self.directory, self.choice.network, *size, *precisions)

    def results(self):
        facts = json.loads((self.directory / "facts.json").read_text())
        program = Path(self.arguments.zoo).resolve()
        self.zoo = Zoo(program, self.directory, self.arguments.threads)
        self.supported = [name for name in self.precisions if self.zoo.supports(name)]
        try:
            self.load(facts["convolutional"])
            found = self.measure()
            found["agreement"] = self.agreement()
            found["memory"] = self.memory()
        finally:
            for peer in self.peers.values():
                peer.end()
        return {
            **found,
            "network": self.choice.network,
            "facts": facts,
            "weights_bytes": next(self.directory.glob("*.pt")).stat().st_size,
            "unsupported": [name for name in self.precisions if name not in self.supported],
            "notes": self.notes,
            "errors": self.errors,
            "start": self.start(),
        }

    def load(self, is_convolutional):
        for name in self.arguments.peers.split(","):
            if PEERS[name][1] not in self.precisions:
                continue
            if name in FOR_CONVOLUTIONS and not is_convolutional:
                continue
            say(f"{self.choice}: loading {name}")
            try:
                self.peers[name] = Peer(name, self.directory, self.arguments.threads)
                self.notes[name] = self.peers[name].note
            except PeerError as error:
                self.errors[name] = str(error)

    def ask(self, name, **request):
        """The answer of a peer; None from one that fails, which is out of the contest then."""
        try:
            return self.peers[name].ask(**request)
        except PeerError as error:
            say(f"{self.choice}: {name} fails: {error}")
            self.errors[name] = str(error)
            del self.peers[name]
            return None

    def measure(self):
        """Milliseconds an image in each row and round, and what zoo says besides."""
        rows, details, others = {}, {}, []
        for number in range(self.arguments.rounds):
            for precision in self.precisions:
                for batch in BATCHES:
                    key = f"{precision} {batch}"
                    for name in self.contenders(precision, number):
                        found = undisturbed(partial(self.turn, name, precision, batch))
                        if found is None:
                            continue
                        if name == "zoo":
                            details.setdefault(key, []).append(found)
                        rows.setdefault(key, {}).setdefault(name, []).append(found["ms_per_image"])
                        others.append(found["others"])
                        say(
                            f"{self.choice}: round {number + 1}, {precision}, batch {batch}: "
                            f"{name} {found['ms_per_image']:.1f} ms an image"
                            + (f", others {found['others']:.0%}" if found["others"] else "")
                        )
        for row in rows.values():
            for name in self.errors:
                row.pop(name, None)
        return {"rows": rows, "details": details, "others": others}

    def contenders(self, precision, number):
        """Those that run a precision; nobody is always the first."""
        names = [name for name in self.peers if PEERS[name][1] == precision]
        names += ["zoo"] if precision in self.supported else []
        first = number % max(len(names), 1)
        return names[first:] + names[:first]

    def turn(self, name, precision, batch):
        if name == "zoo":
            return self.zoo.bench(precision, batch)
        least = {"passes": 1, "seconds": 0} if self.arguments.quick else {"passes": 5, "seconds": 2}
        return self.ask(name, do="measure", batch=batch, **least)

    def agreement(self):
        """How far embeddings are from PyTorch's in float32, and zoo's from its own in other ways."""
        say(f"{self.choice}: comparing embeddings")
        embeddings = {}
        with tempfile.TemporaryDirectory() as directory:
            for name in list(self.peers):
                file = Path(directory) / "peer.npy"
                if self.ask(name, do="embed", file=str(file)) is not None:
                    embeddings[name] = np.load(file)
        expected = embeddings.pop("pytorch-f32", None)
        if expected is None:
            return {}
        everything = range(len(expected))
        own = {}
        for precision in self.supported:
            found = self.zoo.embed(precision, everything)[0]
            embeddings[f"zoo-{precision}"] = found
            single = [self.zoo.embed(precision, [index])[0] for index in everything]
            one_thread = self.zoo.embed(precision, everything, threads=1)[0]
            own[precision] = {
                "batches": relative_difference(np.concatenate(single), found),
                "threads": relative_difference(one_thread, found),
            }
        against = {
            name: {
                "relative_difference": relative_difference(found, expected),
                "least_cosine": least_cosine(found, expected),
            }
            for name, found in embeddings.items()
        }
        return {"images": len(expected), "against_pytorch_f32": against, "own": own}

    def memory(self):
        """Largest resident sizes: of a process that embeds one image, and of the benchmark."""
        say(f"{self.choice}: measuring memory")
        found = {}
        for name in list(self.peers):
            answer = self.ask(name, do="memory")
            if answer is not None:
                found[name] = {"bench": answer["bytes"]}
        for precision in self.supported:
            found[f"zoo-{precision}"] = {
                "embed": self.zoo.embed(precision, [0])[2],
                "bench": self.zoo.bench(precision, max(BATCHES))["process_bytes"],
            }
        return found

    def start(self):
        """Seconds of a fresh process that embeds one image, of which a first one does not count."""
        checkpoint = next(self.directory.glob("*.pt"))
        image = self.zoo.image(0)
        found = {}
        for number in range(2 if self.arguments.quick else 4):
            say(f"{self.choice}: whole processes, {number}")
            seconds = {
                f"zoo-{precision}": self.zoo.embed(precision, [0])[1]
                for precision in self.supported
            }
            seconds["birder"], usage = python("start.py", checkpoint, image, self.zoo.threads)
            if number > 0:
                for name, value in seconds.items():
                    found.setdefault(name, []).append(value)
        return {"seconds": found, "birder_bytes": largest_resident_bytes(usage)}


def relative_difference(found, expected):
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def least_cosine(found, expected):
    found, expected = found.astype(np.float64), expected.astype(np.float64)
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    return float(((found * expected).sum(axis=1) / lengths).min())
