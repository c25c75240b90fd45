/// birder's `FlexiViT` class: a ViT that was trained with patches of many sizes.
///
/// ``Build/patchSize`` asks for another size than that of the weights. FlexiViT: One Model for All
/// Patch Sizes (https://arxiv.org/abs/2212.08013).
struct FlexiViT: VisionTransformerFamily {
  let transformer: VisionTransformer

  init(_ build: Build) throws(NetworkError) {
    // What it was trained for; others work too, less well.
    let _ = try build.options.integer("min_patch_size", default: 8)
    let _ = try build.options.integer("max_patch_size", default: 48)
    transformer = try VisionTransformer(vit: build, coversSpecialTokens: false)
  }

  static var takesPatchSize: Bool { true }
}
