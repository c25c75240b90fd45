"""The sentences of docs/benchmarks.md that do not depend on the results."""

INTRODUCTION = """
# Benchmarks

`zoo` against PyTorch, ONNX Runtime and OpenVINO: the same networks with the same weights, on the
same machine, with the same number of threads, from normalised images to embeddings.
`make bench-peers` wrote this page; it makes the Python environment that it needs in .build.
`make bench-peers NETWORKS="resnet_v1_50@256 vit_b16_ls:f32,bf16,int8"` compares others, some minutes
for each precision of each.
"""

MEASURED = """
## How it is measured

- In turns. Rounds: {rounds}. In a round, for each row of the table of results, every contender runs
  once, one after the other; who begins changes from round to round. So a machine that is slower for
  a while is slower for all. Ratios are taken within a round; tables give medians over the rounds.
- A turn is one pass that does not count, then five passes and two seconds at least, of which the
  median counts. A peer so slow that a pass takes more than 5 seconds makes only one, and none makes
  further passes after 12 seconds. zoo's turn is a `zoo bench` process of its own, in which loading
  does not count. Each peer's process lives through all rounds; it is stopped (SIGSTOP) while others
  run, so that none of its threads spins then.
- A turn during which other programs had more than 3% of the processors is taken again, twice at
  most; the least disturbed counts.
- Threads: {threads} for all. PyTorch runs eagerly in inference mode; bf16 as a bfloat16 model or by
  autocast, whichever is faster on this machine. ONNX Runtime has all graph optimisations. OpenVINO
  has the latency hint and is compiled for each batch size. Convolutional networks are run by PyTorch
  in both layouts; its channels-last line includes the conversion of the images.
- ONNX files come from the first of PyTorch's two exporters whose file computes what PyTorch does.
- int8 of peers: "dynamic" takes the range of activations from each input as it comes; "static" from
  a calibration by ONNX Runtime with the test images (QDQ format, weights per channel). Quantised are
  products with weights; in convolutional networks, statically, the convolutions too.
- A fresh process: medians of interleaved runs, after one that does not count.
- The weights are made up. A transformer's are birder's initialisation from a fixed seed, made like a
  trained network's with heavy tails, uneven rows, a few large channels in every LayerNorm and in the
  residual stream, and layer scales between 0.1 and 1; Benchmarks/weights.py has all of it. Others
  have the evenly spread ones of the tests, with BatchNorm statistics measured on the images.
"""

READING = """
## How to read it

A ratio below 1 means that zoo needs less time than the best peer. Milliseconds are of this machine;
ratios carry over better, but not to processors with other instructions: bf16 and int8 are fast
where the processor has instructions for them (AVX512-BF16 or AMX-BF16; AVX512-VNNI, AVX-VNNI or
AMX-INT8), and elsewhere programs fall back to others, some to much slower ones. "Of peak" is the
share of the float32 multiply-adds that the processor was measured to do in registers; bf16 and
int8 can exceed 100%.
"""
