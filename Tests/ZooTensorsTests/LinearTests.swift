import CKernels
import Testing

@testable import ZooTensors

/// A matrix product as the naive kernel computes it, in double precision.
private func naive(
  _ path: String, _ precision: Precision, _ x: Tensor, _ weight: Tensor, bias: [Float]?,
  scale: [Float]?, activation: Activation,
  combine: Combine, onto start: [Float]
) -> [Float] {
  var result = start
  let (m, k, n) = (x.shape[0], x.shape[1], weight.shape[0])
  x.scalars.withUnsafeBufferPointer { a in
    weight.scalars.withUnsafeBufferPointer { w in
      (bias ?? []).withUnsafeBufferPointer { b in
        (scale ?? []).withUnsafeBufferPointer { s in
          result.withUnsafeMutableBufferPointer { c in
            var task = zk_gemm_task(
              precision: precision.kernel, a: a.baseAddress!, a_stride: k,
              packed: w.baseAddress!, scratch: nil, c: c.baseAddress!, c_stride: n, m: m, n: n,
              k: k, bias: bias == nil ? nil : b.baseAddress,
              scale: scale == nil ? nil : s.baseAddress, activation: activation.kernel,
              combine: combine.kernel)
            zk_gemm_naive(kernelPath(path).pointer, &task, w.baseAddress!)
          }
        }
      }
    }
  }
  return result
}

@Suite struct LinearTests {
  struct Shape: Sendable {
    let m, n, k: Int
  }

  static let shapes =
    [
      Shape(m: 1, n: 1, k: 1), Shape(m: 1, n: 48, k: 7), Shape(m: 2, n: 47, k: 33),
      Shape(m: 7, n: 16, k: 64), Shape(m: 8, n: 49, k: 8), Shape(m: 9, n: 97, k: 31),
      Shape(m: 10, n: 3, k: 100), Shape(m: 197, n: 130, k: 96), Shape(m: 401, n: 65, k: 17),
      Shape(m: 1576, n: 50, k: 24),
    ] + widths
  /// Every width of a last panel.
  static let widths = (Array(1...50) + Array(63...66)).map {
    Shape(m: $0 % 11 + 1, n: $0, k: $0 % 9 + 1)
  }

  /// A path on this machine and a precision.
  struct Kernel: Sendable, CustomTestStringConvertible {
    let path: String
    let precision: Precision

    static let all = pathNames.flatMap { path in
      Precision.allCases.map { Kernel(path: path, precision: $0) }
    }

    var testDescription: String { "\(path) \(precision)" }
  }

  @Test(arguments: Kernel.all, shapes)
  func equalsTheNaiveProduct(kernel: Kernel, shape: Shape) throws {
    let (path, precision) = (kernel.path, kernel.precision)
    var noise = Noise(seed: UInt64(shape.m * 31 + shape.n))
    var x = noise.tensor([shape.m, shape.k])
    // What bfloat16 inputs are rounded to is tested by itself.
    if precision == .bf16 { x = rounded(x) }
    let weight = noise.tensor([shape.n, shape.k])
    let bias = noise.tensor([shape.n])
    let scale = noise.floats(shape.n)
    let start = noise.tensor([shape.m, shape.n])
    let backend = try backend(path)
    let linear = try Linear(
      weight: weight, bias: bias, precision: precision, backend: backend)
    for (activation, combine) in [
      (Activation.identity, Combine.store), (.gelu, .add), (.geluTanh, .store),
      (.quickGELU, .multiply), (.silu, .store), (.relu, .add),
    ] {
      let found = backend.pass { workspace in
        let (a, c) = (
          workspace.matrix(rows: shape.m, columns: shape.k),
          workspace.matrix(rows: shape.m, columns: shape.n)
        )
        a.fill(from: x)
        c.fill(from: start)
        linear(
          a, into: c, activation: activation, scale: Vector(scale), combine: combine,
          in: workspace)
        return c.tensor().scalars
      }
      let expected = naive(
        path, precision, x, weight, bias: bias.scalars, scale: scale, activation: activation,
        combine: combine,
        onto: start.scalars)
      #expect(difference(found, expected) < 3e-6, "\(activation) \(combine)")
    }
  }

  @Test(arguments: pathNames)
  func worksWithoutBiasAndScaleAndOnViews(path: String) throws {
    var noise = Noise(seed: 5)
    let x = noise.tensor([20, 40])
    let weight = noise.tensor([30, 40])
    // The same weight at an odd address, and as float64 with gaps.
    let bytes = weight.scalars.flatMap { withUnsafeBytes(of: $0, Array.init) }
    let odd = try TensorView(
      dtype: .float32, shape: [30, 40], byteOffset: 3,
      storage: ByteStorage(copying: [1, 2, 3] + bytes))
    let doubles = weight.scalars.flatMap { value in
      withUnsafeBytes(of: Double(value), Array.init) + [UInt8](repeating: 9, count: 8)
    }
    let sparse = try TensorView(
      dtype: .float64, shape: [30, 40], strides: [80, 2], byteOffset: 0,
      storage: ByteStorage(copying: doubles))
    let backend = try backend(path)
    let expected = naive(
      path, .f32, x, weight, bias: nil, scale: nil, activation: .identity, combine: .store,
      onto: Array(repeating: 0, count: 600))
    for view in [odd, sparse] {
      let linear = try Linear(weight: view, bias: nil, backend: backend)
      let found = backend.pass { workspace in
        let (a, c) = (
          workspace.matrix(rows: 20, columns: 40), workspace.matrix(rows: 20, columns: 30)
        )
        a.fill(from: x)
        linear(a, into: c, in: workspace)
        return c.tensor().scalars
      }
      #expect(difference(found, expected) < 3e-6)
    }
  }

  /// The order of the sums within one result depends on neither the batch nor the threads.
  @Test(arguments: Kernel.all)
  func resultsDependOnNeitherThreadsNorOtherRows(kernel: Kernel) throws {
    var noise = Noise(seed: 11)
    let x = noise.tensor([197, 70])
    let weight = noise.tensor([90, 70])
    func product(_ x: Tensor, threads: Int) throws -> [Float] {
      let backend = try backend(kernel.path, threads: threads)
      let linear = try Linear(
        weight: weight, bias: nil, precision: kernel.precision, backend: backend)
      return backend.pass { workspace in
        let a = workspace.matrix(rows: x.shape[0], columns: 70)
        let c = workspace.matrix(rows: x.shape[0], columns: 90)
        a.fill(from: x)
        linear(a, into: c, in: workspace)
        return c.tensor().scalars
      }
    }
    let all = try product(x, threads: 1)
    for threads in [2, 3, 8] { #expect(try product(x, threads: threads) == all) }
    let one = Tensor(shape: [1, 70], scalars: x[100].scalars)
    #expect(try product(one, threads: 2) == Array(all[9000..<9090]))
  }

  /// Weights and inputs become the nearest bfloat16, ties going to the even one.
  @Test(arguments: pathNames)
  func bfloat16IsRoundedToNearestEven(path: String) throws {
    let backend = try backend(path)
    // 1 + 2^-8 lies between 1 and 1 + 2^-7; 1 + 3 * 2^-8 between 1 + 2^-7 and 1 + 2^-6.
    let values: [Float] = [1.00390625, 1.01171875, 1.004, -1.00390625, 3.4e38, .infinity]
    let expected: [Float] = [1, 1.015625, 1.0078125, -1, .infinity, .infinity]
    func product(_ x: Tensor, _ weight: Tensor) throws -> [Float] {
      let linear = try Linear(weight: weight, bias: nil, precision: .bf16, backend: backend)
      return backend.pass { workspace in
        let a = workspace.matrix(rows: x.shape[0], columns: 1)
        a.fill(from: x)
        let c = workspace.matrix(rows: x.shape[0], columns: weight.shape[0])
        linear(a, into: c, in: workspace)
        return c.tensor().scalars
      }
    }
    let column = Tensor(shape: [values.count, 1], scalars: values)
    let one = Tensor(shape: [1, 1], scalars: [1])
    #expect(try product(one, column) == expected)
    let inputs = try product(column, one)
    #expect(inputs == (kernelPath(path).isNative(.bf16) ? expected : values))
  }

  /// One bad number makes its own row bad, and no other.
  @Test(arguments: Kernel.all)
  func whatIsNoNumberStaysInItsRow(kernel: Kernel) throws {
    var noise = Noise(seed: 3)
    var x = noise.tensor([3, 50])
    x.scalars[50 + 20] = .nan
    let found = try product(x, noise.tensor([20, 50]), kernel)
    #expect(found[20..<40].allSatisfy { $0.isNaN })
    #expect(found[..<20].allSatisfy { $0.isFinite } && found[40...].allSatisfy { $0.isFinite })
  }

  /// One bad weight makes its own output bad, and no other.
  @Test(arguments: Kernel.all, [0, 20, 49])
  func aWeightThatIsNoNumberStaysInItsOutput(kernel: Kernel, place: Int) throws {
    var noise = Noise(seed: 4)
    let x = noise.tensor([3, 50])
    var weight = noise.tensor([20, 50])
    weight.scalars[7 * 50 + place] = .nan
    let found = try product(x, weight, kernel)
    for (index, value) in found.enumerated() { #expect(value.isNaN == (index % 20 == 7)) }
  }

  private func product(
    _ x: Tensor, _ weight: Tensor, _ kernel: Kernel, factors: [Double]? = nil
  ) throws -> [Float] {
    let backend = try backend(kernel.path)
    let linear = try Linear(
      weight: .computed(weight), factors: factors, bias: nil, precision: kernel.precision,
      backend: backend)
    return backend.pass { workspace in
      let a = workspace.matrix(rows: x.shape[0], columns: x.shape[1])
      let c = workspace.matrix(rows: x.shape[0], columns: weight.shape[0])
      a.fill(from: x)
      linear(a, into: c, in: workspace)
      return c.tensor().scalars
    }
  }

  /// Factors, of either sign, are multiplied into the weights before those are rounded.
  @Test(arguments: Kernel.all)
  func factorsAreFolded(kernel: Kernel) throws {
    var noise = Noise(seed: 5)
    let x = noise.tensor([3, 70])
    let weight = noise.tensor([90, 70])
    let factors = noise.tensor([90]).scalars.map(Double.init)
    let found = try product(x, weight, kernel, factors: factors)
    #expect(try product(x, weight.scaled(by: factors), kernel) == found)
  }

  @Test func layersThatOverflowAreRefused() throws {
    let one = try Backend(threads: 1)
    let wide = Tensor(shape: [1, 65537])
    #expect(throws: TensorError.tooManyInputs(65537, limit: 65536)) {
      try Linear(weight: wide, bias: nil, precision: .int8, backend: one)
    }
    // The largest numbers that there are, as often as they are allowed.
    for path in pathNames {
      let backend = try backend(path)
      let ones = Tensor(shape: [1, 65536], repeating: 1)
      let linear = try Linear(weight: ones, bias: nil, precision: .int8, backend: backend)
      let found = backend.pass { workspace in
        let (a, c) = (
          workspace.matrix(rows: 1, columns: 65536), workspace.matrix(rows: 1, columns: 1)
        )
        a.fill(from: ones)
        linear(a, into: c, in: workspace)
        return c.tensor().scalars[0]
      }
      #expect(abs(found - 65536) < 0.1, "\(path)")
    }
  }

  @Test func shapesAreChecked() throws {
    let backend = try Backend(threads: 1)
    #expect(throws: TensorError.shapeMismatch(expected: "[3]", found: [2])) {
      try Linear(
        weight: Tensor(shape: [3, 4]), bias: Tensor(shape: [2]), backend: backend)
    }
    #expect(throws: TensorError.shapeMismatch(expected: "[outputs, inputs]", found: [0, 4])) {
      try Linear(weight: Tensor(shape: [0, 4]), bias: nil, backend: backend)
    }
    #expect(throws: TensorError.noThreads(requested: 0)) { try Backend(threads: 0) }
  }

  @Test func extremeValuesStayInOrder() throws {
    for path in pathNames {
      let backend = try backend(path)
      let values: [Float] = [-1e30, -200, -88, -5, 0, 5, 88, 200, 1e30, .nan]
      let linear = try Linear(
        weight: Tensor(shape: [1, 1], scalars: [1]), bias: nil, backend: backend)
      for activation in [Activation.gelu, .silu, .quickGELU] {
        let found = backend.pass { workspace in
          let x = workspace.matrix(rows: values.count, columns: 1)
          x.fill(from: Tensor(shape: [values.count, 1], scalars: values))
          let y = workspace.matrix(rows: values.count, columns: 1)
          linear(x, into: y, activation: activation, in: workspace)
          return y.tensor().scalars
        }
        #expect(found[..<3].allSatisfy { abs($0) < 1e-30 }, "\(path) \(activation)")
        #expect(found[4] == 0)
        #expect(Array(found[6..<9]) == [88, 200, 1e30])
        #expect(found[9].isNaN)
      }
    }
  }

  @Test func aLayerOfZerosGivesItsBias() throws {
    let backend = try Backend(threads: 1)
    let memory = try ZeroMemory(byteCount: 2 * 37 * 19)
    let weight = try TensorView(
      dtype: .float16, shape: [37, 19], byteOffset: 0, storage: memory.storage)
    let bias = Tensor(shape: [37], scalars: (0..<37).map { Float($0) })
    let linear = try Linear(zerosLike: weight, bias: bias, backend: backend)
    #expect(linear.inputs == 19 && linear.outputs == 37)
    let result = backend.pass { workspace in
      let x = workspace.matrix(rows: 1, columns: 19)
      x.fill(from: Tensor(shape: [1, 19], scalars: [Float](repeating: 3, count: 19)))
      let y = workspace.matrix(rows: 1, columns: 37)
      linear(x, into: y, in: workspace)
      return y.tensor()
    }
    #expect(result.scalars == bias.scalars)
  }

  @Test(arguments: DType.allCases)
  func whatCanBeComputedWithIsWhatConverts(_ dtype: DType) throws {
    let memory = try ZeroMemory(byteCount: dtype.byteCount)
    let view = try TensorView(
      dtype: dtype, shape: [1, 1], byteOffset: 0, storage: memory.storage)
    #expect(dtype.isComputable == ((try? view.float32()) != nil))
    let backend = try Backend(threads: 1)
    let linear = try? Linear(zerosLike: view, bias: nil, backend: backend)
    #expect(dtype.isComputable == (linear != nil))
  }

  @Test func zerosThatNoMachineHasAreRefused() {
    #expect(throws: TensorError.noMemory(byteCount: .max)) { try ZeroMemory(byteCount: .max) }
    #expect(throws: TensorError.noMemory(byteCount: -1)) { try ZeroMemory(byteCount: -1) }
  }
}
