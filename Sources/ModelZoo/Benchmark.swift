/// The speed of a network on this machine.
package struct Benchmark: Sendable {
  /// What holds for all batches in one precision.
  package struct Load: Sendable {
    package let precision: Precision
    /// The height and width of the images.
    package let inputSize: ImageSize
    /// How long it took to build the network from its file, or from made-up weights.
    package let milliseconds: Double
    /// The largest resident size of the process since the load began, in bytes; where the system
    /// does not count anew, since the process began.
    package internal(set) var peakMemory: Int
    /// How many bytes more the weights take for Winograd's algorithm.
    package let winogradBytes: Int
  }

  /// One line of the table.
  package struct Row: Sendable {
    package let precision: Precision
    package let batch: Int
    package let millisecondsPerImage: Double
    package let gflops: Double
    package let peakFraction: Double
  }

  /// What all threads together can do, in billions of float32 operations a second.
  package let peakGFLOPS: Double
  /// What is known about the weights; `nil` for made-up ones.
  package internal(set) var info: ModelInfo?
  package internal(set) var loads: [Load] = []
  package internal(set) var rows: [Row] = []
}

extension Zoo {
  /// Measures a model, or with made-up weights a network by the name of its configuration.
  ///
  /// The time of a batch is the median of at least five passes and two seconds, from normalised
  /// images to embeddings.
  /// - Parameters:
  ///   - source: where the weights are; `nil` for made-up ones.
  ///   - options: another input size, or what the file does not state; the precision is not used.
  package func benchmark(
    _ name: String, _ source: ModelSource?, options: LoadOptions, precisions: [Precision],
    batches: [Int], progress: ProgressHandler? = nil
  ) async throws -> Benchmark {
    if let source { try await fetch(source, progress: progress) }
    let backend = try backend.get()
    var benchmark = Benchmark(peakGFLOPS: try await offload { _ in backend.peakGFLOPS() })
    for precision in precisions {
      PeakMemory.reset()
      let clock = ContinuousClock()
      let start = clock.now
      let winogradBytes = backend.winogradBytes
      var options = options
      options.precision = precision
      let net: VisionNetwork
      if let source {
        (net, benchmark.info) = try await loadModel(source, options: options)
      } else {
        net = try await network(madeUp: name, options)
      }
      let time = clock.now - start
      let builtWinogradBytes = backend.winogradBytes - winogradBytes
      let peak = benchmark.peakGFLOPS
      benchmark.rows += try await offload { cancellation in
        try batches.map { batch in
          try measure(
            net, precision, on: backend, batch: batch, peak: peak, cancellation)
        }
      }
      benchmark.loads.append(
        Benchmark.Load(
          precision: precision, inputSize: net.inputSize,
          milliseconds: time / .milliseconds(1), peakMemory: PeakMemory.bytes,
          winogradBytes: builtWinogradBytes))
    }
    return benchmark
  }

  private func network(
    madeUp name: String, _ options: LoadOptions
  ) async throws -> VisionNetwork {
    let configuration: NetworkConfiguration
    var size = ImageSize(side: 224)
    if registry.networkNames.contains(name) {
      configuration = try registry.network(named: name)
    } else {
      let entry = try registry.entry(named: name)
      configuration = try registry.network(of: entry)
      if let signature = entry.signature { size = sizeFromSignature(signature) }
    }
    if let wanted = options.size { size = wanted }
    return try await offload { [size] _ in
      let backend = try backend.get()
      do throws(NetworkError) {
        return try VisionNetwork(
          madeUp: configuration.family, configuration: configuration.config,
          size: size, precision: options.precision, isExact: options.isExact, backend: backend)
      } catch {
        throw ModelError.cannotBuild(model: name, file: nil, error)
      }
    }
  }

  private func measure(
    _ net: VisionNetwork, _ precision: Precision, on backend: Backend, batch: Int, peak: Double,
    _ cancellation: Cancellation
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
      precision: precision, batch: batch, millisecondsPerImage: median * 1000 / Double(batch),
      gflops: gflops,
      peakFraction: gflops / peak)
  }
}
