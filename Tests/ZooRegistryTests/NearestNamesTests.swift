import Testing
import ZooCore

@testable import ZooRegistry

@Suite struct NearestNamesTests {
  @Test(arguments: [
    ("vit_b16_franca", "vit_b16_ls_franca-bioscan5m"),
    ("vit_b16_ls_franca-bioscan5n", "vit_b16_ls_franca-bioscan5m"),
    ("vit_b16_sl_farnca-bioscan5m", "vit_b16_ls_franca-bioscan5m"),
    ("VIT_B16_LS_FRANCA-BIOSCAN5M", "vit_b16_ls_franca-bioscan5m"),
    ("vit-b16-ls-franca-bioscan5m", "vit_b16_ls_franca-bioscan5m"),
    ("vit_b16_ls", "vit_b16_ls_franca-bioscan5m"),
    ("rdnet_ibot", "rdnet_t_ibot-bioscan5m"),
    ("convnext_v2_tny_eu-common", "convnext_v2_tiny_eu-common"),
    ("vit_l16_mim", "vit_l16_mim_200"),
    ("eva02", "rope_i_vit_l14_nf_swiglu_c1_eva02-clip"),
  ])
  func unknownModelSuggestsTheRightOneFirst(name: String, expected: String) throws {
    let registry = try Registry.builtIn()
    #expect { try registry.entry(named: name) } throws: { error in
      guard case .unknownModel(name, _, let nearest, _) = error as? RegistryError else {
        return false
      }
      return nearest.first == expected && nearest.count <= 5
    }
  }

  @Test func networkSuggestsItsOwnModelsOnly() throws {
    let text = """
      {"schema": 1, "networks": {"tiny": {"family": "vit"}}, "models": {
        "tiny_b": {"network": "tiny", "files": {"pt": {"url": "b.pt"}}},
        "tinx": {"network": "vit_b16", "files": {"pt": {"url": "x.pt"}}},
        "other": {"network": "tiny", "files": {"pt": {"url": "o.pt"}}}}}
      """
    let registry = try Registry(parsing: text.utf8, source: "my.json")
    #expect(
      throws: RegistryError.unknownModel(
        "tiny", isNetwork: true, nearest: ["tiny_b", "other"], sources: ["my.json"])
    ) { try registry.entry(named: "tiny") }
  }

  @Test(arguments: ["xyzzy", "", "_-_", String(repeating: "vit_", count: 100_000)])
  func nothingIsSuggestedForWhatIsLikeNothing(name: String) throws {
    let registry = try Registry.builtIn()
    #expect(nearestNames(to: name, among: registry.names()).isEmpty)
  }

  @Test func errorsSayWhatIsThere() throws {
    let registry = try Registry.builtIn()
    let franca = try registry.entry(named: "vit_b16_ls_franca-bioscan5m")
    let masked = try registry.entry(named: "mae_hiera_hiera_abswin_base")
    let faults: [(String, () throws -> Any)] = [
      (
        "'vit_b16_franca' is not a model of the built-in registry; did you mean "
          + "'vit_b16_ls_franca-bioscan5m'?", { try registry.entry(named: "vit_b16_franca") }
      ),
      (
        "'vit_b16_ls' is a network, not a model, of the built-in registry; did you mean "
          + "'vit_b16_ls_franca-bioscan5m'?", { try registry.entry(named: "vit_b16_ls") }
      ),
      (
        "'xyzzy' is not a model of the built-in registry; 'zoo list' prints the names of all "
          + "models", { try registry.entry(named: "xyzzy") }
      ),
      (
        "the network 'xyzzy' is not in the built-in registry; add its configuration to a registry",
        { try registry.network(named: "xyzzy") }
      ),
      (
        "model 'vit_b16_ls_franca-bioscan5m' has no head 'tribe'; it has 'order', 'family', "
          + "'genus' and 'species'", { try franca.head("tribe") }
      ),
      (
        "model 'mae_hiera_hiera_abswin_base' has no heads, 'family' was asked for",
        { try masked.head("family") }
      ),
      (
        "model 'vit_b16_ls_franca-bioscan5m' has no file in the format 'onnx'; it has 'pt'",
        { try franca.file(format: "onnx") }
      ),
    ]
    for (message, lookup) in faults {
      #expect { try lookup() } throws: { error in
        let error = error as? RegistryError
        #expect(error?.description == message)
        return error?.kind == .notFound
      }
    }
  }
}
