/// birder's `GhostNet_v2` class: GhostNet whose modules are gated by what lies in the rows and columns
/// around each place.
///
/// GhostNetV2: Enhance Cheap Operation with Long-Range Attention (https://arxiv.org/abs/2211.12905).
struct GhostNet_v2: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    network = try .ghost(build) { maps, place throws(NetworkError) in
      try maps.append(place, gated: place.isFirst && place.block > 1)
    }
  }
}
