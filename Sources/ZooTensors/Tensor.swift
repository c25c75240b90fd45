/// A dense float32 tensor in row-major order.
public struct Tensor: Sendable, Equatable {
  /// The extents, outermost first; `[]` for a scalar.
  public let shape: [Int]
  /// All elements, the last extent running fastest.
  public internal(set) var scalars: [Float]

  /// Makes a tensor of given elements.
  ///
  /// - Precondition: `scalars.count` is the product of the extents.
  public init(shape: [Int], scalars: [Float]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a tensor's extents are not negative")
    precondition(
      scalars.count == shape.reduce(1, *),
      "a tensor of shape \(shape) does not have \(scalars.count) elements")
    self.shape = shape
    self.scalars = scalars
  }

  /// Makes a tensor filled with one value.
  public init(shape: [Int], repeating value: Float = 0) {
    self.init(shape: shape, scalars: Array(repeating: value, count: shape.reduce(1, *)))
  }

  /// How many elements there are.
  public var count: Int { scalars.count }

  /// The same elements under another shape with the same count.
  public func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, scalars: scalars) }

  /// The same elements with the extents in another order, as NumPy's `transpose`.
  ///
  /// - Precondition: `order` holds each of the extents' positions once.
  public func transposed(_ order: [Int]) -> Tensor {
    precondition(order.sorted() == Array(shape.indices), "\(order) does not order \(shape)")
    var strides = shape
    var next = 1
    for axis in shape.indices.reversed() {
      strides[axis] = next
      next *= shape[axis]
    }
    let newShape = order.map { shape[$0] }
    var result: [Float] = []
    result.reserveCapacity(count)
    var position = Array(repeating: 0, count: order.count)
    for _ in 0..<count {
      var source = 0
      for (axis, index) in zip(order, position) { source += strides[axis] * index }
      result.append(scalars[source])
      for axis in newShape.indices.reversed() {
        position[axis] += 1
        if position[axis] < newShape[axis] { break }
        position[axis] = 0
      }
    }
    return Tensor(shape: newShape, scalars: result)
  }

  /// Each part of the outermost extent multiplied by a factor of its own, in double precision.
  package func scaled(by factors: [Double]) -> Tensor {
    precondition(factors.count == shape.first, "a factor for each part")
    let size = count / max(factors.count, 1)
    let result = [Float](unsafeUninitializedCapacity: count) { result, initialized in
      scalars.withUnsafeBufferPointer { scalars in
        for (part, factor) in factors.enumerated() {
          for index in part * size..<(part + 1) * size {
            result.initializeElement(at: index, to: Float(Double(scalars[index]) * factor))
          }
        }
      }
      initialized = count
    }
    return Tensor(shape: shape, scalars: result)
  }

  /// The part at one index of the outermost extent, with that extent dropped.
  public subscript(index: Int) -> Tensor {
    let stride = shape.dropFirst().reduce(1, *)
    return Tensor(
      shape: Array(shape.dropFirst()),
      scalars: Array(scalars[index * stride..<(index + 1) * stride]))
  }

  /// Joins tensors of one shape along a new outermost extent.
  ///
  /// - Precondition: there is at least one tensor, and all have one shape.
  public static func stack(_ tensors: [Tensor]) -> Tensor {
    precondition(!tensors.isEmpty, "stack needs at least one tensor")
    let shape = tensors[0].shape
    precondition(tensors.allSatisfy { $0.shape == shape }, "stack needs tensors of one shape")
    return Tensor(shape: [tensors.count] + shape, scalars: tensors.flatMap(\.scalars))
  }
}
