/// birder's `NaFlex_ViT` class: a ViT for images of any aspect ratio.
///
/// birder pads the patches of a batch's images to one number and masks what it added. Here images of
/// one size make a batch, which needs neither, and the results are the same.
/// NaFlex: SigLIP 2 (https://arxiv.org/abs/2502.14786), after NaViT (https://arxiv.org/abs/2307.06304).
struct NaFlex_ViT: VisionTransformerFamily {
  let transformer: VisionTransformer

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let resize: PositionResize = try options(
      "naflex_pos_embed_resize_mode", default: .gridSample)
    // For patches of several sizes in training.
    let _: Bool = try options("naflex_patch_resampling", default: false)
    transformer = try VisionTransformer(vit: build)
    if resize == .gridSample, transformer.tokens.antialiasesPositions {
      throw .invalidOption(
        "pos_embed_antialias",
        reason: "is true, which needs 'naflex_pos_embed_resize_mode' to be interpolate")
    }
  }

  static var takesPatchSize: Bool { true }
  static var takesAnyGrid: Bool { true }
}

/// The names of `naflex_pos_embed_resize_mode`: both take the same neighbours with the same weights,
/// but only an interpolation may be antialiased.
private enum PositionResize: OptionChoice {
  case gridSample, interpolate
  static var choices: KeyValuePairs<String, PositionResize> {
    ["grid_sample": .gridSample, "interpolate": .interpolate]
  }
}
