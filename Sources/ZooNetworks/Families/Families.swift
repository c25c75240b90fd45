/// The families of networks that can be built, by the name that registries use.
package let families: [String: any Architecture.Type] = [
  "rope_vit": RoPE_ViT.self,
  "vit": ViT.self,
]
