/// birder's `GhostNet_v1` class.
///
/// GhostNet: More Features from Cheap Operations (https://arxiv.org/abs/1911.11907).
struct GhostNet_v1: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    network = try .ghost(build) { maps, place throws(NetworkError) in
      try maps.append(place, gated: false)
    }
  }
}
