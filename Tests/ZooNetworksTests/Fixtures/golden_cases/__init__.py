"""The small networks of the golden tests.

For each family there is a function that makes a registered configuration small. Networks that then
are the same become one case, named after the first of them, so that whatever any registered
configuration has is in some case. A family may have more cases: options that no registered
configuration has, and other input sizes. A case has, beside its configuration:
  size       [H, W] for which the weights are made
  load_size  [H, W] that the network is adjusted to, or none
  patch_size that the network is adjusted to, or none
  reparameterized  whether branches are merged before the weights are made up
  classes    length of the classifier's output, 0 for none
  rules      [suffix, center, scale]: made-up values of tensors whose keys end so (reference.py)
  usual      options with their usual value, so that they change nothing
"""

from . import convolutional, mobile, modern, transformers

FAMILIES = {
    **transformers.FAMILIES,
    **convolutional.FAMILIES,
    **mobile.FAMILIES,
    **modern.FAMILIES,
}
