import Synchronization
import ZooTensors

/// The tensors of a state dict as layers take them: by name below a prefix, with a checked shape.
///
/// Remembers which tensors were taken, so that a load can be strict.
package struct Weights: Sendable {
  private final class Source: Sendable {
    let tensors: [String: TensorView]
    /// What stands in for a missing tensor, by key and shape.
    let substitute: (@Sendable (String, [Int]) -> TensorView?)?
    /// Whether only shapes and types count, so that no weight need be packed.
    let isOutline: Bool
    /// Whether substitutes are those of a network whose branches were merged.
    let isReparameterized: Bool
    /// What layers took, with the shapes that they asked for.
    let taken = Mutex<[String: [Int]]>([:])

    init(
      _ tensors: [String: TensorView],
      substitute: (@Sendable (String, [Int]) -> TensorView?)? = nil, isOutline: Bool = false,
      isReparameterized: Bool = false
    ) {
      self.tensors = tensors
      self.substitute = substitute
      self.isOutline = isOutline
      self.isReparameterized = isReparameterized
    }
  }

  /// Elements of a tensor of an outline that is not the weight of a layer.
  private static let largestOutlined = 1 << 28

  package let backend: Backend
  /// What the linear layers of the network's blocks compute with.
  private let blockPrecision: Precision
  /// Whether convolutions do without Winograd's algorithm.
  private let isExact: Bool
  /// What the linear layers that are taken here compute with.
  private var precision = Precision.f32
  private let source: Source
  private var prefix = ""

  /// Weights at the top of a state dict.
  package init(
    _ tensors: [String: TensorView], precision: Precision = .f32, isExact: Bool = false,
    backend: Backend
  ) {
    self.init(
      source: Source(tensors), precision: precision, isExact: isExact, backend: backend)
  }

  /// Tensors of which only shapes and types count: layers are built as always, with zeros.
  package init(outline tensors: [String: TensorView], backend: Backend) {
    self.init(source: Source(tensors, isOutline: true), precision: .f32, backend: backend)
  }

  /// Weights of whatever shape a network asks for, each made when it is asked for.
  init(
    precision: Precision = .f32, isExact: Bool = false, reparameterized: Bool = false,
    backend: Backend, substitute: @escaping @Sendable (String, [Int]) -> TensorView?
  ) {
    self.init(
      source: Source([:], substitute: substitute, isReparameterized: reparameterized),
      precision: precision, isExact: isExact, backend: backend)
  }

  /// Weights of whatever shape a network asks for, of which only shapes count; ``taken`` tells.
  init(recordingShapes backend: Backend, reparameterized: Bool = false) {
    self.init(
      source: Source(
        [:], substitute: { _, shape in zeros(shape) }, isOutline: true,
        isReparameterized: reparameterized),
      precision: .f32, backend: backend)
  }

  /// The keys and shapes of all tensors that layers took.
  var taken: [String: [Int]] { source.taken.withLock { $0 } }

  private init(
    source: Source, precision: Precision, isExact: Bool = false, backend: Backend
  ) {
    (self.source, self.isExact) = (source, isExact)
    blockPrecision = precision
    self.backend = backend
  }

  /// The weights below `name`.
  package func scope(_ name: String) -> Weights {
    var weights = self
    if !name.isEmpty { weights.prefix += name + "." }
    return weights
  }

  /// The same weights as those of a block of the network.
  ///
  /// Its linear layers compute in the precision that was asked for, all others in float32.
  package var ofBlock: Weights {
    var weights = self
    weights.precision = blockPrecision
    return weights
  }

  /// The same weights for layers that are always computed in float32.
  var inFloat32: Weights {
    var weights = self
    weights.precision = .f32
    return weights
  }

  /// Whether only shapes and types count.
  var isOutline: Bool { source.isOutline }

  /// Takes a tensor as it lies in the file.
  package func view(_ name: String, _ shape: [Int]) throws(NetworkError) -> TensorView {
    let key = prefix + name
    guard let view = source.tensors[key] ?? source.substitute?(key, shape) else {
      throw .missingKey(key, shape: shape)
    }
    guard view.shape == shape else {
      throw .wrongShape(key: key, expected: shape, found: view.shape)
    }
    source.taken.withLock { $0[key] = shape }
    return view
  }

  /// Takes a tensor as dense float32.
  package func tensor(_ name: String, _ shape: [Int]) throws(NetworkError) -> Tensor {
    let view = try view(name, shape)
    // The memory is taken, and whoever wrote the outline may have made up the shape.
    if source.isOutline, view.count > Weights.largestOutlined {
      throw .tensor(.noMemory(byteCount: view.count * MemoryLayout<Float>.size))
    }
    do {
      return try view.float32()
    } catch {
      throw .unsupportedDType(key: prefix + name, dtype: view.dtype)
    }
  }

  /// Takes the weight of a layer; `nil` where only its shape and type count.
  func layerWeightUnlessOutline(
    _ name: String, _ shape: [Int]
  ) throws(NetworkError) -> LayerWeight? {
    let view = try view(name, shape)
    guard view.dtype.isComputable else {
      throw .unsupportedDType(key: prefix + name, dtype: view.dtype)
    }
    do {
      return source.isOutline ? nil : try LayerWeight(view)
    } catch {
      throw .unsupportedDType(key: prefix + name, dtype: view.dtype)
    }
  }

  /// Takes the weight [outputs, inputs] and the bias [outputs] of a linear layer.
  package func linear(
    _ name: String, inputs: Int, outputs: Int, bias: Bool = true
  ) throws(NetworkError) -> Linear {
    try scope(name).linear(shape: [outputs, inputs], bias: bias)
  }

  /// Takes the weight [outputs, …] and the bias [outputs] of a layer that acts as a linear one.
  package func linear(shape: [Int], bias: Bool = true) throws(NetworkError) -> Linear {
    let weight = try view("weight", shape)
    let bias = bias ? try tensor("bias", [shape[0]]) : nil
    do {
      return source.isOutline
        ? try Linear(zerosLike: weight, bias: bias, backend: backend)
        : try Linear(weight: weight, bias: bias, precision: precision, backend: backend)
    } catch .unsupportedDType(let dtype) {
      throw .unsupportedDType(key: prefix + "weight", dtype: dtype)
    } catch {
      throw .tensor(error)
    }
  }

  /// Makes a linear layer of what was computed from tensors: weight [outputs, …], bias [outputs].
  func linear(weight: Tensor, bias: Tensor?) throws(NetworkError) -> Linear {
    do {
      return try Linear(weight: weight, bias: bias, precision: precision, backend: backend)
    } catch {
      throw .tensor(error)
    }
  }

  /// Makes a convolution of a kernel.
  func convolution(
    _ kernel: Kernel, _ window: Window, groups: Int, input: MapShape
  ) throws(NetworkError) -> Convolution {
    do {
      return try Convolution(
        weight: kernel.weight, factors: kernel.factorsIfAny, shape: kernel.shape,
        bias: kernel.biasTensor, input: input, window: window, groups: groups, precision: precision,
        isExact: isExact, backend: backend)
    } catch {
      throw .tensor(error)
    }
  }

  /// Takes the weight and, if it has one, the bias of a norm over `size` elements, and multiplies
  /// both by a factor for each element.
  func norm(
    _ name: String, _ style: NormStyle, size: Int, scaledBy scale: [Double]? = nil
  ) throws(NetworkError) -> Norm {
    let layer = scope(name)
    var weight = try layer.tensor("weight", [size])
    var bias = style.kind == .layer && style.bias ? try layer.tensor("bias", [size]) : nil
    if let scale { (weight, bias) = (weight.scaled(by: scale), bias?.scaled(by: scale)) }
    do {
      return try Norm(style.kind, weight: weight, bias: bias, eps: style.eps, backend: backend)
    } catch {
      throw .tensor(error)
    }
  }

  /// Takes the weight and perhaps the bias of a GroupNorm with one group.
  func groupNorm(
    _ name: String, bias: Bool, eps: Float, input: MapShape
  ) throws(NetworkError) -> GroupNorm {
    let layer = scope(name)
    let weight = try layer.tensor("weight", [input.channels])
    let bias = bias ? try layer.tensor("bias", [input.channels]) : nil
    do {
      return try GroupNorm(
        weight: weight, bias: bias, eps: eps, input: input, backend: backend)
    } catch {
      throw .tensor(error)
    }
  }

  /// Takes factors that are to be folded into weights, such as a layer scale.
  func scale(_ name: String, _ shape: [Int]) throws(NetworkError) -> [Double] {
    try tensor(name, shape).scalars.map(Double.init)
  }

  /// Takes a vector of factors, such as a layer scale.
  func factors(_ name: String, size: Int) throws(NetworkError) -> Vector {
    Vector(try tensor(name, [size]).scalars)
  }

  /// The shape of a tensor that may not be there; nothing is taken.
  func shape(of name: String) -> [Int]? { source.tensors[prefix + name]?.shape }

  /// Whether branches were merged before the file was written, which then has this tensor.
  func isReparameterized(_ name: String) -> Bool {
    source.substitute == nil ? shape(of: name) != nil : source.isReparameterized
  }

  /// Takes a tensor that inference has no use for; the file may lack it.
  func ignore(_ name: String, _ shape: [Int] = []) {
    source.taken.withLock { $0[prefix + name] = shape }
  }

  /// Fails if there are tensors that no layer took.
  package func finish() throws(NetworkError) {
    let unused = source.taken.withLock { taken in
      source.tensors.keys.filter { taken[$0] == nil }
    }
    if !unused.isEmpty { throw .unusedKeys(unused.sorted()) }
  }
}

/// Zeros that take no memory.
private func zeros(_ shape: [Int]) -> TensorView? {
  guard let memory = try? ZeroMemory(byteCount: shape.reduce(4, *)) else { return nil }
  return try? TensorView(dtype: .float32, shape: shape, byteOffset: 0, storage: memory.storage)
}
