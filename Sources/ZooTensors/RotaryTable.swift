#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

import CKernels

/// The turns that a rotary position embedding gives to the elements of a head, place by place.
package struct RotaryTable: Sendable {
  /// Which two elements turn together.
  package enum Pairs: Sendable {
    /// An element and that half a head away.
    case halves
    /// Neighbours.
    case neighbours
  }

  private let cosine: Vector
  private let sine: Vector
  private let headSize: Int
  private let pairs: Pairs

  /// The frequencies of a head's elements, from 1 down to 1 / temperature: one for every four.
  package static func bands(headSize: Int, temperature: Float) -> [Float] {
    let count = headSize / 4
    return (0..<count).map { 1 / Float(pow(Double(temperature), Double(Float($0) / Float(count)))) }
  }

  /// Makes a table of angles [places, head size] in radians, one for each element.
  package init(angles: Tensor, pairs: Pairs) {
    let size = angles.shape[1]
    headSize = size
    self.pairs = pairs
    cosine = Vector(angles.scalars.map { Float(cos(Double($0))) })
    sine = Vector(
      angles.scalars.enumerated().map { index, angle in
        let element = index % size
        let isFirst = pairs == .halves ? element < size / 2 : element % 2 == 0
        return Float(sin(Double(angle))) * (isFirst ? -1 : 1)
      })
  }

  /// The factors [places, head size] of the elements themselves, and those of their partners.
  var cosines: [Float] { cosine.elements }
  var sines: [Float] { sine.elements }

  /// Turns x [N · places, heads · head size] in place.
  package func callAsFunction(_ x: Matrix, heads: Int, in workspace: Workspace) {
    let places = cosine.count / headSize
    precondition(
      x.columns == heads * headSize && x.rows % places == 0,
      "[\(x.rows), \(x.columns)] for \(places) places and \(heads) heads of \(headSize)")
    var task = zk_rotary_task(
      x: x.base, stride: x.stride, rows: x.rows, heads: heads, size: headSize,
      cosine: cosine.base, sine: sine.base, places: places, interleaved: pairs == .neighbours)
    zk_rotary(workspace.backend.path.pointer, workspace.backend.pool, &task)
  }
}
