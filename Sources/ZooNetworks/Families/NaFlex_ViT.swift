/// birder's `NaFlex_ViT` class: a ViT for images of any aspect ratio.
///
/// NaFlex: SigLIP 2 (https://arxiv.org/abs/2502.14786), after NaViT (https://arxiv.org/abs/2307.06304).
struct NaFlex_ViT: VisionTransformerFamily {
  let transformer: VisionTransformer

  init(_ build: Build) throws(NetworkError) {
    let _: Bool = try build.options("naflex_patch_resampling", default: false)
    let _: PositionResize = try build.options(
      "naflex_pos_embed_resize_mode", default: .gridSample)
    transformer = try VisionTransformer(vit: build)
  }

  static var takesPatchSize: Bool { true }
}

/// The names of `naflex_pos_embed_resize_mode`.
private enum PositionResize: OptionChoice {
  case gridSample, interpolate
  static var choices: KeyValuePairs<String, PositionResize> {
    ["grid_sample": .gridSample, "interpolate": .interpolate]
  }
}
