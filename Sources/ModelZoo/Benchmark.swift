#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The speed of a network on this machine.
package struct Benchmark: Sendable {
  /// One line of the table.
  package struct Row: Sendable {
    package let batch: Int
    package let millisecondsPerImage: Double
    package let gflops: Double
    package let peakFraction: Double
  }

  /// How long it took to build the network from its file, or from made-up weights.
  package let loadMilliseconds: Double
  /// What all threads together can do, in billions of float32 operations a second.
  package let peakGFLOPS: Double
  package let rows: [Row]
  /// The largest resident size of the process, in bytes.
  package let peakMemory: Int
}

extension ModelZoo {
  /// Measures a model, or with made-up weights a network by the name of its configuration.
  ///
  /// The time of a batch is the median of at least five passes and two seconds, from normalised
  /// images to embeddings.
  package func benchmark(
    _ name: String, batches: [Int], madeUpWeights: Bool, progress: ProgressHandler? = nil
  ) async throws -> Benchmark {
    if !madeUpWeights { _ = try await fetch(name, progress: progress) }
    let clock = ContinuousClock()
    let start = clock.now
    let net =
      madeUpWeights
      ? try await network(madeUp: name) : try await loadPretrainedModel(name).net
    let loadTime = clock.now - start
    return try await offload { cancellation in
      let backend = try backend.get()
      let peak = backend.peakGFLOPS()
      let rows = try batches.map { batch in
        try measure(net, on: backend, batch: batch, peak: peak, cancellation)
      }
      return Benchmark(
        loadMilliseconds: loadTime / .milliseconds(1), peakGFLOPS: peak, rows: rows,
        peakMemory: largestResidentSize())
    }
  }

  private func network(madeUp name: String) async throws -> Network {
    let configuration: NetworkConfiguration
    var size: (height: Int, width: Int) = (224, 224)
    if registry.networkNames.contains(name) {
      configuration = try registry.network(named: name)
    } else {
      let entry = try registry.entry(named: name)
      configuration = try registry.network(of: entry)
      if let signature = entry.signature { size = sizeFromSignature(signature) }
    }
    let imageSize = ImageSize(height: size.height, width: size.width)
    return try await offload { _ in
      let backend = try backend.get()
      do throws(NetworkError) {
        return try Network(
          random: configuration.family, configuration: configuration.config,
          size: imageSize, backend: backend)
      } catch {
        throw ModelError.cannotBuild(model: name, file: nil, error)
      }
    }
  }

  private func measure(
    _ net: Network, on backend: Backend, batch: Int, peak: Double, _ cancellation: Cancellation
  ) throws -> Benchmark.Row {
    let images = Tensor(
      shape: [batch, 3, net.inputSize.height, net.inputSize.width],
      scalars: (0..<batch * 3 * net.inputSize.height * net.inputSize.width).map {
        Float($0 % 255) / 127.5 - 1
      })
    let before = backend.operations
    _ = try net.embedding(images)
    let operations = backend.operations - before
    var times: [Duration] = []
    while times.count < 5 || times.reduce(.zero, +) < .seconds(2) {
      try cancellation.check()
      times.append(try ContinuousClock().measure { _ = try net.embedding(images) })
    }
    let median = times.sorted()[times.count / 2] / .seconds(1)
    let gflops = Double(operations) / median / 1e9
    return Benchmark.Row(
      batch: batch, millisecondsPerImage: median * 1000 / Double(batch), gflops: gflops,
      peakFraction: gflops / peak)
  }
}

private func largestResidentSize() -> Int {
  var usage = rusage()
  #if canImport(Glibc)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  #else
    getrusage(RUSAGE_SELF, &usage)
  #endif
  #if canImport(Darwin)
    return usage.ru_maxrss
  #else
    return usage.ru_maxrss * 1024
  #endif
}
