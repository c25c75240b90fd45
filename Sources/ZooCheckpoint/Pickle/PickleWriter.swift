import ZooCore
import ZooTensors

/// Writes a pickle of protocol 2, as `torch.save` does, of plain values and dense tensors.
struct PickleWriter {
  private(set) var bytes: [UInt8] = [0x80, 2]

  private mutating func write(_ opcode: PickleOpcode) { bytes.append(opcode.rawValue) }

  private mutating func write(global name: String, in module: String) {
    write(.global)
    bytes += "\(module)\n\(name)\n".utf8
  }

  mutating func finish() { write(.stop) }

  /// Begins a dict, which takes pairs of keys and values until it ends.
  mutating func beginDict(ordered: Bool = false) {
    if ordered {
      write(global: "OrderedDict", in: "collections")
      write(.emptyTuple)
      write(.reduce)
    } else {
      write(.emptyDict)
    }
    write(.mark)
  }

  mutating func endDict() { write(.setItems) }

  mutating func write(_ text: String) {
    write(.binUnicode)
    bytes += littleEndian(UInt32(truncatingIfNeeded: text.utf8.count)) + Array(text.utf8)
  }

  mutating func write(_ integer: Int) {
    if let byte = UInt8(exactly: integer) {
      write(.binInt1)
      bytes.append(byte)
    } else if let short = Int32(exactly: integer) {
      write(.binInt)
      bytes += littleEndian(short)
    } else {
      write(.long1)
      bytes += [8] + littleEndian(integer)
    }
  }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: write(.none)
    case .bool(let bool): write(bool ? .newTrue : .newFalse)
    case .integer(let integer): write(integer)
    case .number(let number):
      write(.binFloat)
      bytes += littleEndian(number.bitPattern).reversed()
    case .string(let text): write(text)
    case .array(let elements):
      write(.emptyList)
      write(.mark)
      for element in elements { write(element) }
      write(.appends)
    case .object(let object):
      beginDict()
      for (key, member) in object {
        write(key)
        write(member)
      }
      endDict()
    }
  }

  private mutating func write(_ integers: [Int]) {
    write(.mark)
    for integer in integers { write(integer) }
    write(.tuple)
  }

  /// A tensor in row-major order that is all of a storage.
  mutating func write(tensor dtype: DType, shape: [Int], storage key: String) throws(Fault) {
    let storage = dtype.torchStorage
    let count = shape.reduce(1, *)
    write(
      global: storage == nil ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2", in: "torch._utils")
    write(.mark)
    write(.mark)
    write("storage")
    if let storage {
      write(global: storage, in: "torch")
    } else {
      write(global: "UntypedStorage", in: "torch.storage")
    }
    write(key)
    write("cpu")
    write(storage == nil ? count * dtype.byteCount : count)
    write(.tuple)
    write(.binPersistentID)
    write(0)
    write(shape)
    write(try denseStrides(of: shape))
    write(.newFalse)
    write(global: "OrderedDict", in: "collections")
    write(.emptyTuple)
    write(.reduce)
    if storage == nil { write(global: dtype.rawValue, in: "torch") }
    write(.tuple)
    write(.reduce)
  }

  private func denseStrides(of shape: [Int]) throws(Fault) -> [Int] {
    do throws(TensorError) {
      return try TensorView.denseStrides(of: shape)
    } catch {
      throw Fault(kind: .usage, reason: "a tensor cannot be written: \(error)")
    }
  }
}

extension DType {
  /// PyTorch's class for a storage of the type; `nil` for the younger types, which have none.
  var torchStorage: String? { DType.torchStorages.first { $0.value == self }?.key }

  /// The types of elements by the classes of their storages.
  static let torchStorages: [String: DType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    "ComplexFloatStorage": .complex64, "ComplexDoubleStorage": .complex128,
  ]
}
