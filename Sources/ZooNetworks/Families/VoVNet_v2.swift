/// birder's `VoVNet_v2` class: VoVNets with residuals and an excitation.
///
/// CenterMask: Real-Time Anchor-Free Instance Segmentation (https://arxiv.org/abs/1911.06667).
struct VoVNet_v2: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    network = try VoVNet(chain: "mid_convs", excites: true).network(build)
  }
}
