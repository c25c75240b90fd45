import Foundation
import Testing
import ZooCore
import ZooTensors

@testable import ZooNetworks

/// The check of keys and shapes, against what a load says.
@Suite struct OutlineCheckTests {
  let backend: Backend

  init() throws { backend = try Backend(threads: 1) }

  /// What the check says of tensors in place of a case's, and what a load says.
  private func judgements(
    of weights: [String: TensorView], for golden: GoldenCase
  ) throws -> (check: NetworkError?, load: NetworkError?) {
    let size = try golden.size
    let newSize = try golden.imageSize
    return (
      error {
        try VisionNetwork.check(
          family: golden.family, configuration: golden.configuration, classes: golden.classes,
          size: size, newSize: newSize, outline: weights, backend: backend)
      },
      error {
        _ = try VisionNetwork(
          family: golden.family, configuration: golden.configuration, classes: golden.classes,
          size: size, newSize: newSize, weights: weights, backend: backend)
      }
    )
  }

  private func error(_ body: () throws -> Void) -> NetworkError? {
    do {
      try body()
      return nil
    } catch {
      return error as? NetworkError
    }
  }

  private func zeros(_ shape: [Int], _ dtype: DType = .float32) throws -> TensorView {
    let memory = try ZeroMemory(byteCount: shape.reduce(dtype.byteCount, *))
    return try TensorView(dtype: dtype, shape: shape, byteOffset: 0, storage: memory.storage)
  }

  @Test(arguments: GoldenCase.all)
  func everyCaseIsJudgedAsByALoad(_ golden: GoldenCase) throws {
    let weights = try golden.weights(backend)
    var outline: [String: TensorView] = [:]
    for (key, view) in weights { outline[key] = try zeros(view.shape, view.dtype) }
    let good = try judgements(of: outline, for: golden)
    #expect(good.check == nil && good.load == nil)
    let keys = weights.keys.filter { !$0.hasSuffix("num_batches_tracked") }.sorted()
    let key = keys[keys.count / 2]
    for replacement in [nil, try zeros([7, 3]), try zeros(weights[key]?.shape ?? [], .complex64)] {
      var changed = outline
      changed[key] = replacement
      let (check, load) = try judgements(of: changed, for: golden)
      #expect(check != nil && check == load, "\(key)")
    }
    outline["extra"] = try zeros([1])
    #expect(try judgements(of: outline, for: golden).check == .unusedKeys(["extra"]))
  }

  /// Whatever number an option is, the check comes to an end and takes little memory.
  @Test(arguments: families.keys.sorted())
  func anyNumberIsJudged(family: String) throws {
    let before = peakMemory()
    var seen: Set<String> = []
    for golden in try GoldenCase.cases(of: family) {
      let size = try golden.size
      let outline = try golden.weights(backend).mapValues { try zeros($0.shape, $0.dtype) }
      for name in golden.configuration.keys where seen.insert(name).inserted {
        guard let value = golden.configuration[name] else { continue }
        for number in [-1, 0, 3, 1 << 24 - 1] {
          for changed in value.replacingEachInteger(by: number) {
            var configuration = golden.configuration
            configuration[name] = changed
            _ = error {
              try VisionNetwork.check(
                family: family, configuration: configuration, classes: golden.classes,
                size: size, newSize: try golden.imageSize, outline: outline, backend: backend)
            }
          }
        }
      }
    }
    #expect(peakMemory() - before < 500_000_000)
  }

  /// 13 GB of weights, of which nothing may become real.
  @Test func largeWeightsTakeNoMemory() throws {
    var configuration = JSONObject()
    for (name, value) in [
      ("patch_size", 16), ("num_layers", 16), ("num_heads", 32), ("hidden_dim", 4096),
      ("mlp_dim", 16_384),
    ] { configuration[name] = .integer(value) }
    let before = peakMemory()
    var outline: [String: TensorView] = [:]
    while let error = error({
      try VisionNetwork.check(
        family: "vit", configuration: configuration, classes: 1000,
        size: ImageSize(height: 224, width: 224), outline: outline, backend: backend)
    }) {
      guard case .missingKey(let key, let shape) = error else {
        Issue.record(error)
        break
      }
      outline[key] = try zeros(shape)
    }
    let bytes = outline.values.reduce(0) { $0 + $1.count * 4 }
    #expect(bytes > 12_000_000_000)
    #expect(peakMemory() - before < 1_000_000_000)
  }

  /// A tensor that is not a layer's weight is made real, unless it is out of all proportion.
  @Test func madeUpSizesAreRefused() throws {
    let weights = Weights(
      outline: ["w": try zeros([1 << 20, 1 << 10])], backend: backend)
    let error = error { _ = try weights.tensor("w", [1 << 20, 1 << 10]) }
    #expect(error == .tensor(.noMemory(byteCount: 1 << 32)))
  }
}

extension JSONValue {
  /// The value with one of the integers in it replaced, for each of them.
  fileprivate func replacingEachInteger(by number: Int) -> [JSONValue] {
    if let values = array {
      return values.indices.flatMap { index in
        values[index].replacingEachInteger(by: number).map { element in
          var changed = values
          changed[index] = element
          return .array(changed)
        }
      }
    }
    return integer == nil ? [] : [.integer(number)]
  }
}

/// The most memory that this process has had, in bytes.
private func peakMemory() -> Int {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  #endif
}
