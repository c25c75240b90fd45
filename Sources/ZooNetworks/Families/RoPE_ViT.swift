import ZooCore
import ZooTensors

/// birder's `RoPE_ViT` class: a ViT whose attention knows places by rotation.
///
/// Rotary Position Embedding for Vision Transformer (https://arxiv.org/abs/2403.13298).
struct RoPE_ViT: VisionTransformerFamily {
  let transformer: VisionTransformer

  init(_ build: Build) throws(NetworkError) {
    transformer = try VisionTransformer(vit: build) { sizes, specialTokens throws(NetworkError) in
      try RotaryPlaces(build.options, sizes, temperature: 100)
        .table(unturned: specialTokens, build.grids(patchSize: sizes.patch).coming)
    }
  }
}

/// The names of `rope_style`.
private enum RotaryStyle: OptionChoice {
  case standard, axial, centered
  static var choices: KeyValuePairs<String, RotaryStyle> {
    ["default": .standard, "axial": .axial, "centered_separate": .centered]
  }
}

extension RotaryTable.Pairs: OptionChoice {
  static var choices: KeyValuePairs<String, RotaryTable.Pairs> {
    ["standard": .halves, "interleaved": .neighbours]
  }
}

/// The names of `rope_grid_indexing`.
private enum GridIndexing: OptionChoice {
  case rowFirst, columnFirst
  static var choices: KeyValuePairs<String, GridIndexing> {
    ["ij": .rowFirst, "xy": .columnFirst]
  }
}

extension RotaryPlaces {
  /// The options of a rotary position embedding, but for that of the temperature's usual value.
  init(
    _ options: Options, _ sizes: TransformerSizes, temperature usual: Float
  ) throws(NetworkError) {
    headSize = sizes.token / sizes.heads
    guard headSize % 4 == 0 else {
      throw .invalidOption(
        "num_heads", reason: "makes heads of \(headSize), but rotations need a multiple of 4")
    }
    temperature = try options("rope_temperature", default: usual)
    pairs = try options("rope_rot_type", default: .halves)
    let kind: RotaryStyle = try options("rope_style", default: .standard)
    let indexing: GridIndexing = try options("rope_grid_indexing", default: .rowFirst)
    let offset: Int = try options("rope_grid_offset", default: 0)
    let reference: [Int]? = try options.optional("pt_grid_size")
    if let reference, reference.count != 2 {
      throw .invalidOption("pt_grid_size", reason: "is \(reference), not [rows, columns]")
    }
    switch kind {
    case .standard:
      style = .standard(
        isXFirst: indexing == .columnFirst, offset: offset,
        reference: reference.map { ImageSize(height: $0[0], width: $0[1]) })
    case .axial, .centered:
      let needed: RotaryTable.Pairs = kind == .axial ? .neighbours : .halves
      guard pairs == needed, indexing == .rowFirst, offset == 0, reference == nil else {
        throw .invalidOption(
          "rope_style",
          reason: "does not go with the given rope_rot_type, rope_grid_indexing, rope_grid_offset"
            + " or pt_grid_size")
      }
      style = kind == .axial ? .axial : .centered
    }
  }
}
