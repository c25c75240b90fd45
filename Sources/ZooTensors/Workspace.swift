#if os(Linux)
  import Glibc
#endif

/// Memory for the intermediate results of one forward pass at a time, kept for the next one.
///
/// A stack: what was taken last is given back first.
final class WorkspaceMemory {
  /// A height of the stack.
  struct Mark {
    fileprivate var chunk = 0
    fileprivate var used = 0
  }

  private var chunks: [UnsafeMutableRawBufferPointer] = []
  private var top = Mark()

  deinit { chunks.forEach { $0.deallocate() } }

  /// Makes all memory free again; after a pass that needed several chunks, they become one.
  func reset() {
    top = Mark()
    guard chunks.count > 1 else { return }
    let total = chunks.reduce(0) { $0 + $1.count }
    chunks.forEach { $0.deallocate() }
    chunks = [WorkspaceMemory.allocate(total)]
  }

  /// Uninitialised floats, aligned to 64 bytes.
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    bytes(count * MemoryLayout<Float>.size).bindMemory(to: Float.self, capacity: count)
  }

  /// Uninitialised bytes, aligned to 64.
  func bytes(_ count: Int) -> UnsafeMutableRawPointer {
    let bytes = (count + 63) / 64 * 64
    while top.chunk < chunks.count, top.used + bytes > chunks[top.chunk].count {
      top = Mark(chunk: top.chunk + 1)
    }
    if top.chunk == chunks.count {
      chunks.append(WorkspaceMemory.allocate(max(bytes, 1 << 20)))
    }
    defer { top.used += bytes }
    return chunks[top.chunk].baseAddress.unsafelyUnwrapped + top.used
  }

  /// Large memory lies in large pages, where the system has them.
  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    let largePage = 2 << 20
    let isLarge = byteCount >= largePage
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: byteCount, alignment: isLarge ? largePage : 64)
    #if os(Linux)
      // Advice only.
      if isLarge { madvise(memory.baseAddress, byteCount, MADV_HUGEPAGE) }
    #endif
    return memory
  }

  /// Runs `body` and gives back what it took.
  func scope(_ body: () -> Void) {
    let mark = top
    body()
    top = mark
  }
}

/// Where a forward pass takes the memory of its intermediate results from.
package struct Workspace {
  package let backend: Backend
  let memory: WorkspaceMemory

  /// Runs `body`; the matrices made in it are invalid after it, and their memory is free again.
  package func scope(_ body: () -> Void) { memory.scope(body) }

  /// A matrix with undefined elements, valid until the scope or pass in which it is made ends.
  package func matrix(rows: Int, columns: Int) -> Matrix {
    var stride = (columns + 15) / 16 * 16
    // Rows at multiples of 1 kB meet in few sets of the cache; 64 bytes more keep them apart.
    if stride % 256 == 0 { stride += 16 }
    return Matrix(
      base: memory.floats(rows * stride), rows: rows, columns: columns, stride: stride)
  }
}

/// A float32 matrix in the memory of a workspace.
package struct Matrix {
  let base: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int
  /// The distance between rows, in elements.
  let stride: Int

  /// Some of the rows, in place.
  package func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Matrix(
      base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// Some of the columns, in place.
  package func columns(_ range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Matrix(
      base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// Every `step`th row from `first` on, in place.
  package func rows(from first: Int, step: Int, count: Int) -> Matrix {
    precondition(first >= 0 && step >= 1 && first + (count - 1) * step < rows, "rows of a matrix")
    return Matrix(
      base: base + first * stride, rows: count, columns: columns, stride: stride * step)
  }

  /// Whether the elements are the same places in memory.
  package func isSame(as other: Matrix) -> Bool {
    base == other.base && rows == other.rows && columns == other.columns
  }

  func row(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * stride }

  /// Fills row after row with the elements of a tensor.
  package func fill(from tensor: Tensor) {
    precondition(tensor.count == rows * columns, "\(tensor.shape) does not fill the matrix")
    tensor.scalars.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      for index in 0..<rows {
        row(index).update(from: start + index * columns, count: columns)
      }
    }
  }

  /// The elements as a tensor [rows, columns].
  package func tensor() -> Tensor {
    let count = rows * columns
    let scalars = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      guard let start = buffer.baseAddress else { return }
      for index in 0..<rows {
        (start + index * columns).initialize(from: row(index), count: columns)
      }
    }
    return Tensor(shape: [rows, columns], scalars: scalars)
  }
}
