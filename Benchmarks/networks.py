"""Which networks are compared, by the names of birder's registry."""

from dataclasses import dataclass

PRECISIONS = ["f32", "bf16", "int8"]
DEFAULT = ["vit_b16_ls:f32,bf16,int8", "rope_vit_reg4_b14"]


@dataclass(frozen=True)
class Choice:
    """A network, the size of its images (None: the registered one), and what to compute with."""

    network: str
    size: str | None
    precisions: tuple[str, ...]

    @classmethod
    def parse(cls, text):
        """Reads NAME, NAME@256, NAME@192x256 or NAME:f32,int8; without precisions it is f32."""
        place, _, precisions = text.partition(":")
        network, _, size = place.partition("@")
        chosen = tuple(precisions.split(",")) if precisions else ("f32",)
        unknown = [name for name in chosen if name not in PRECISIONS]
        sides = size.split("x") if size else []
        if not network or unknown or len(sides) > 2 or not all(side.isdigit() for side in sides):
            raise ValueError(f"'{text}' is not NAME[@HxW][:PRECISION,…]")
        return cls(network, f"{sides[0]}x{sides[-1]}" if size else None, chosen)

    def __str__(self):
        size = f"@{self.size}" if self.size else ""
        more = "" if self.precisions == ("f32",) else f":{','.join(self.precisions)}"
        return f"{self.network}{size}{more}"

    @property
    def place(self):
        """The name of its directory."""
        return f"{self.network}@{self.size}" if self.size else self.network
