/// The families of networks that can be built, by the name that registries use.
package let families: [String: any Architecture.Type] = [
  "cait": CaiT.self,
  "crossvit": CrossViT.self,
  "deit": DeiT.self,
  "flexivit": FlexiViT.self,
  "naflex_vit": NaFlex_ViT.self,
  "resnet_v1": ResNet_v1.self,
  "rope_vit": RoPE_ViT.self,
  "rope_vit5": RoPE_ViT5.self,
  "vit": ViT.self,
  "vit_parallel": ViT_Parallel.self,
]
