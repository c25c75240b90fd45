import ZooTensors

/// The pickle machine, which puts values together and runs nothing.
///
/// A call of an allowed function is kept as a record of its arguments. The machine is a loop over
/// instructions, without recursion. The protocol is described in Python's `pickletools`.
struct Unpickler {
  private var reader: ByteReader
  private let limits: CheckpointLimits
  /// Whether the classes of a TorchScript program may be named.
  private let isScript: Bool
  /// Where the present instruction lies.
  private var offset = 0
  /// Where the present frame ends; `nil` between frames.
  private var frameEnd: Int?
  private var stack: [PickleValue] = []
  /// The heights of the stack at which marks were set.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  var objects: [PickleObject] = []
  private var elementCount = 0

  /// Reads a whole pickle.
  ///
  /// - Parameter isScript: whether it belongs to a TorchScript archive, whose classes it may name.
  /// - Throws: ``Fault`` with the byte of the instruction that is refused.
  static func read(
    _ pickle: ByteStorage, limits: CheckpointLimits, isScript: Bool = false
  ) throws(Fault) -> PickleGraph {
    let limit = min(limits.pickleBytes, Int(UInt32.max))
    guard pickle.bytes.count <= limit else { throw .limit("bytes of pickle", limit) }
    var machine = Unpickler(
      reader: ByteReader(pickle, name: "the pickle"), limits: limits, isScript: isScript)
    let root = try machine.run()
    guard machine.reader.remaining == 0 else {
      throw machine.fault("\(machine.reader.remaining) bytes follow its end")
    }
    return PickleGraph(root: root, objects: machine.objects, source: pickle)
  }

  /// Reads one of several pickles that follow each other, and moves behind it.
  static func next(
    in file: ByteStorage, at position: inout Int, limits: CheckpointLimits
  ) throws(Fault) -> PickleGraph {
    let limit = min(limits.pickleBytes, Int(UInt32.max))
    let rest = file.slice(position..<position + min(limit, file.bytes.count - position))
    var machine = Unpickler(
      reader: ByteReader(rest, name: "the pickle"), limits: limits, isScript: false)
    let root = try machine.run()
    position += machine.reader.position
    return PickleGraph(root: root, objects: machine.objects, source: rest)
  }

  private init(reader: ByteReader, limits: CheckpointLimits, isScript: Bool) {
    self.reader = reader
    self.limits = limits
    self.isScript = isScript
  }

  func fault(_ reason: String) -> Fault {
    .corrupt("the pickle is not valid: \(reason)", at: offset)
  }

  private mutating func run() throws(Fault) -> PickleValue {
    guard reader.storage.hasBytes([PickleOpcode.proto.rawValue]) else {
      throw fault("it does not begin with its protocol")
    }
    while true {
      offset = reader.position
      let byte = try reader.integer(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw .corrupt(
          "the pickle has instruction \(PickleOpcode.name(ofRefused: byte)), which is not allowed,",
          at: offset)
      }
      if opcode == .stop { break }
      try execute(opcode)
      if let frameEnd, reader.position >= frameEnd {
        guard reader.position == frameEnd else {
          throw fault("an instruction reaches beyond the end of its frame")
        }
        self.frameEnd = nil
      }
    }
    guard frameEnd ?? reader.position == reader.position else {
      throw fault("it ends within a frame")
    }
    guard stack.count == 1, marks.isEmpty, let result = stack.last else {
      throw fault("it ends with \(stack.count) values where one should be left")
    }
    return result
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(Fault) {
    switch opcode {
    case .stop: break
    case .proto:
      let version = try reader.integer(UInt8.self)
      guard offset == 0, (2...5).contains(version) else {
        throw .unsupported("its pickle has protocol \(version), not 2 to 5", at: offset)
      }
    case .frame:
      let length = try reader.integer(UInt64.self)
      guard length <= UInt64(reader.remaining) else {
        throw fault("a frame is longer than the pickle")
      }
      guard frameEnd ?? reader.position == reader.position else {
        throw fault("a frame begins within another")
      }
      frameEnd = reader.position + Int(length)

    case .mark:
      guard marks.count < limits.stackDepth else {
        throw .limit("marks on the pickle's stack", limits.stackDepth, at: offset)
      }
      marks.append(stack.count)
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate: try push(try top())

    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binInt: try push(.integer(Int(try reader.integer(Int32.self))))
    case .binInt1: try push(.integer(Int(try reader.integer(UInt8.self))))
    case .binInt2: try push(.integer(Int(try reader.integer(UInt16.self))))
    case .long1: try pushInteger(length: Int(try reader.integer(UInt8.self)))
    case .long4: try pushInteger(length: Int(try reader.integer(Int32.self)))
    case .binFloat:
      // The one number of a pickle that is big-endian.
      let bits = UInt64(bigEndian: try reader.integer(UInt64.self).littleEndian)
      try push(.float(Double(bitPattern: bits)))
    case .shortBinUnicode: try pushText(length: UInt64(try reader.integer(UInt8.self)))
    case .binUnicode: try pushText(length: UInt64(try reader.integer(UInt32.self)))
    case .binUnicode8: try pushText(length: try reader.integer())
    case .shortBinString: try pushString(length: UInt64(try reader.integer(UInt8.self)))
    case .binString: try pushString(length: UInt64(try reader.integer(UInt32.self)))
    case .shortBinBytes: try pushBytes(length: UInt64(try reader.integer(UInt8.self)))
    case .binBytes: try pushBytes(length: UInt64(try reader.integer(UInt32.self)))
    case .binBytes8, .byteArray8: try pushBytes(length: try reader.integer())

    case .emptyTuple: try pushObject(.tuple, [])
    case .tuple: try pushObject(.tuple, try popToMark())
    case .tuple1: try pushTuple(count: 1)
    case .tuple2: try pushTuple(count: 2)
    case .tuple3: try pushTuple(count: 3)
    case .emptyList: try pushObject(.list, [])
    case .emptyDict: try pushObject(.dict, [])
    case .emptySet: try pushObject(.set, [])
    case .frozenSet: try pushFrozenSet(try popToMark())
    case .append: try extend([try pop()], to: [.list])
    case .appends: try extend(try popToMark(), to: [.list])
    case .addItems: try extend(try popToMark(), to: [.set])
    case .setItem:
      let value = try pop()
      try extend([try pop(), value], to: [.dict, .orderedDict])
    case .setItems:
      let items = try popToMark()
      guard items.count.isMultiple(of: 2) else { throw fault("a dict gets a key without a value") }
      try extend(items, to: [.dict, .orderedDict])

    case .binGet: try get(Int(try reader.integer(UInt8.self)))
    case .longBinGet: try get(Int(try reader.integer(UInt32.self)))
    case .binPut: try put(Int(try reader.integer(UInt8.self)))
    case .longBinPut: try put(Int(try reader.integer(UInt32.self)))
    case .memoize: try put(memo.count)

    case .global:
      let module = try reader.line()
      let name = try reader.line()
      try pushGlobal(module: module, name: name)
    case .stackGlobal:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw fault("a global is not named by two strings")
      }
      try pushGlobal(module: module.range, name: name.range)
    case .reduce:
      let arguments = try pop()
      try call(try pop(), arguments)
    case .newObject:
      let arguments = try pop()
      try makeObject(of: try pop(), arguments)
    case .build:
      try build(state: try pop())
    case .binPersistentID:
      guard case .object(let id) = try pop(), objects[id].kind == .tuple else {
        throw fault("a persistent identifier is not a tuple")
      }
      try pushObject(.storage, objects[id].elements)
    }
  }
}

// MARK: - The stack and the memo

extension Unpickler {
  mutating func push(_ value: PickleValue) throws(Fault) {
    guard stack.count < limits.stackDepth else {
      throw .limit("values on the pickle's stack", limits.stackDepth, at: offset)
    }
    stack.append(value)
  }

  func top() throws(Fault) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw fault("an instruction finds no value on the stack")
    }
    return value
  }

  private mutating func pop() throws(Fault) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popToMark() throws(Fault) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw fault("an instruction finds no mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func get(_ index: Int) throws(Fault) {
    guard let value = memo[index] else { throw fault("memo entry \(index) was never set") }
    try push(value)
  }

  private mutating func put(_ index: Int) throws(Fault) {
    guard memo.count < limits.memoEntries else {
      throw .limit("entries of the pickle's memo", limits.memoEntries, at: offset)
    }
    memo[index] = try top()
  }
}

// MARK: - Values

extension Unpickler {
  private mutating func pushInteger(length: Int) throws(Fault) {
    guard length >= 0 else { throw fault("an integer has a negative length") }
    guard length <= limits.integerBytes else {
      throw .limit("bytes in one integer", limits.integerBytes, at: offset)
    }
    let range = try reader.take(length)
    guard length > MemoryLayout<Int>.size else {
      var value = 0
      for (index, byte) in reader.storage.bytes[range].enumerated() {
        value |= Int(byte) << (8 * index)
      }
      let unused = Int.bitWidth - 8 * length
      return try push(.integer(length == 0 ? 0 : (value << unused) >> unused))
    }
    try push(.longInteger(PickleSpan(range)))
  }

  private mutating func span(length: UInt64) throws(Fault) -> PickleSpan {
    guard length <= UInt64(reader.remaining) else {
      throw fault("it states \(length) bytes where \(reader.remaining) are left")
    }
    guard Int(length) <= limits.stringBytes else {
      throw .limit("bytes in one string", limits.stringBytes, at: offset)
    }
    return PickleSpan(try reader.take(Int(length)))
  }

  private mutating func pushText(length: UInt64) throws(Fault) {
    let span = try span(length: length)
    guard reader.storage.text(in: span.range) != nil else { throw fault("a string is not UTF-8") }
    try push(.text(span))
  }

  /// A `str` of Python 2: text or bytes.
  private mutating func pushString(length: UInt64) throws(Fault) {
    let span = try span(length: length)
    try push(reader.storage.text(in: span.range) == nil ? .bytes(span) : .text(span))
  }

  /// A text that was found to be UTF-8.
  func text(_ span: PickleSpan) -> String {
    String(decoding: reader.storage.bytes[span.range], as: UTF8.self)
  }

  private mutating func pushBytes(length: UInt64) throws(Fault) {
    try push(.bytes(try span(length: length)))
  }

  private mutating func pushGlobal(module: Range<Int>, name: Range<Int>) throws(Fault) {
    let longest = 256
    let (moduleRange, nameRange) = (module, name)
    guard module.count <= longest, name.count <= longest,
      let module = reader.storage.text(in: module), let name = reader.storage.text(in: name)
    else { throw fault("the name of a global is not a short UTF-8 text") }
    if isScript,
      let global = PickleGlobal.ofScript(
        PickleSpan(nameRange), in: PickleSpan(moduleRange), of: reader.storage)
    {
      return try push(.global(global))
    }
    try push(.global(try PickleGlobal.named(name, in: module, at: offset)))
  }

  mutating func count(_ elements: Int) throws(Fault) {
    elementCount += elements
    guard elementCount <= limits.pickleElements else {
      throw .limit("elements in the pickle's containers", limits.pickleElements, at: offset)
    }
  }

  mutating func pushObject(
    _ kind: PickleObject.Kind, _ elements: [PickleValue]
  ) throws(Fault) {
    guard objects.count < limits.pickleObjects else {
      throw .limit("objects in the pickle", limits.pickleObjects, at: offset)
    }
    try count(elements.count)
    let isHashable =
      switch kind {
      case .tuple: elements.allSatisfy(self.isHashable)
      case .call(let function): function != .byteArray
      case .frozenSet: true
      default: false
      }
    objects.append(
      PickleObject(
        kind: kind, elements: elements, isHashable: isHashable,
        offset: UInt32(truncatingIfNeeded: offset)))
    try push(.object(objects.count - 1))
  }

  private mutating func pushTuple(count: Int) throws(Fault) {
    var elements: [PickleValue] = []
    for _ in 0..<count { elements.append(try pop()) }
    try pushObject(.tuple, elements.reversed())
  }

  private mutating func extend(
    _ items: [PickleValue], to kinds: [PickleObject.Kind]
  ) throws(Fault) {
    guard case .object(let id) = try top(), kinds.contains(objects[id].kind) else {
      throw fault("elements are added to something that is no such container")
    }
    let isDict = objects[id].kind != .list && objects[id].kind != .set
    if objects[id].kind != .list { try checkHashable(items, every: isDict ? 2 : 1) }
    try count(items.count)
    objects[id].elements += items
  }

  private mutating func pushFrozenSet(_ elements: [PickleValue]) throws(Fault) {
    try checkHashable(elements)
    try pushObject(.frozenSet, elements)
  }

  /// Whether Python takes a value as the key of a dict, or into a set.
  private func isHashable(_ value: PickleValue) -> Bool {
    if case .object(let id) = value { objects[id].isHashable } else { true }
  }

  /// Refuses keys that Python would not take.
  func checkHashable(_ values: [PickleValue], every step: Int = 1) throws(Fault) {
    for index in stride(from: 0, to: values.count, by: step) where !isHashable(values[index]) {
      throw fault("the key of a dict, or an element of a set, is one that can change")
    }
  }
}
