import Foundation
import Testing
import ZooCore
import ZooRegistry
import ZooTensors

@testable import ZooFetch
@testable import ZooNetworks

/// Every registered configuration of every family that can be built takes the tensors that birder's
/// network has: their names and shapes, in one digest that `Fixtures/make_keys.py` made.
@Suite struct RegisteredNetworkTests {
  static let reference = Result {
    try JSONValue(parsing: try readFile(fixtures + "keys.json", limit: 1 << 20))
  }

  @Test(arguments: families.keys.sorted())
  func theKeysAreTheReferences(family: String) throws {
    let reference = try RegisteredNetworkTests.reference.get()
    let classes = try #require(reference["classes"]?.integer)
    let registry = try Registry.builtIn()
    let backend = try Backend(threads: 1)
    var count = 0
    for (name, facts) in try #require(reference["networks"]?.object) {
      guard facts["family"]?.string == family, registry.networkNames.contains(name) else {
        continue
      }
      let network = try registry.network(named: name)
      #expect(network.family == family)
      let size = try #require(facts["size"]?.integers)
      let shapes = try VisionNetwork.stateDictShapes(
        family: family, configuration: network.config, classes: classes,
        size: ImageSize(height: size[0], width: size[1]), backend: backend)
      let lines = shapes.map { key, shape in
        "\(key) \(shape.map(String.init).joined(separator: ","))\n"
      }
      let hasher = try SHA256Hasher()
      hasher.update(Array(lines.sorted().joined().utf8).span.bytes)
      #expect("\(hasher.finish())" == facts["keys"]?.string, "\(name)")
      count += 1
    }
    #expect(count > 0)
  }
}
