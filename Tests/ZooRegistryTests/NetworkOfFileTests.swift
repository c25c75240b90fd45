import Testing
import ZooRegistry

/// Which network a file is named after.
@Suite struct NetworkOfFileTests {
  /// birder's own files are, but for three whose models are called otherwise than their networks.
  @Test func theFilesOfTheRegistryAreNamedAfterTheirNetworks() throws {
    let registry = try Registry.builtIn()
    var others: [String] = []
    for name in registry.names() {
      let entry = try registry.entry(named: name)
      for file in ["\(name).pt", "models/\(name)_120.safetensors"]
      where registry.networks(namedBy: file).first != entry.network {
        others.append(name)
      }
    }
    #expect(
      Set(others) == [
        "dino_v2_vit_reg4_so150m_p14_ls_bio-224px", "dino_v2_vit_reg4_so150m_p14_ls_bio-252px",
        "sscd_resnext_101_c1",
      ])
  }

  @Test(arguments: [
    ("vit_b16_ls_beetles_120.pt", ["vit_b16_ls", "vit_b16"]),
    ("vit_b16_ls.pt", ["vit_b16_ls", "vit_b16"]), ("vit_b16-ls.pt", ["vit_b16"]),
    ("vit_b16_lsx.pt", ["vit_b16"]), ("vit_b161.pt", []), ("vit_b16é.pt", []),
    ("vit_b16/beetles.pt", []), ("beetles.pt", []), ("", []), ("my_vit_b16.pt", []),
  ])
  func wordsCountAsAWhole(_ name: String, _ networks: [String]) throws {
    #expect(try Registry.builtIn().networks(namedBy: name) == networks)
  }
}
