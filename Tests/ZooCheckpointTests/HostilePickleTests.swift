import Testing
import ZooCore

@testable import ZooCheckpoint

/// Pickles that no sound program writes.
struct HostilePickleTests {
  private func expectRefusal(
    _ archive: [UInt8], _ words: String, limits: CheckpointLimits = CheckpointLimits(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = refusal(archive, limits: limits, sourceLocation: sourceLocation)
    #expect(
      error?.reason.contains(words) == true, "\(error?.description ?? "accepted")",
      sourceLocation: sourceLocation)
    #expect(error?.kind == .integrity, sourceLocation: sourceLocation)
  }

  @Test func globalsOutsideTheListAreNamedWithTheirByte() {
    let call =
      Pickle.global("posix", "system") + Pickle.tuple(Pickle.text("true")) + Pickle.reduce
    let pickle = Pickle.dict(["x": call])
    let error = refusal(Pickle.archive(pickle: pickle))
    #expect(error?.offset == 10)
    expectRefusal(
      Pickle.archive(pickle: pickle), "posix.system at byte 10 of its pickle: this file tries to")
  }

  @Test(arguments: [
    ("torch", "_utils._rebuild_tensor_v2"), ("torch._utils._rebuild_tensor_v2", ""),
    ("builtins", "eval"), ("__builtin__", "getattr"), ("torch.storage", "_load_from_bytes"),
    ("torch", "load"), ("os", "system"), ("collections", "OrderedDict.fromkeys"),
  ])
  func globalsAreComparedAsPairs(_ module: String, _ name: String) {
    expectRefusal(
      Pickle.archive(with: Pickle.global(module, name)), "\(module).\(name) at byte")
    let pushed = Pickle.text(module) + Pickle.text(name) + [0x93]
    expectRefusal(Pickle.archive(with: pushed), "\(module).\(name) at byte")
  }

  @Test(arguments: [
    (UInt8(ascii: "i"), "INST"), (UInt8(ascii: "o"), "OBJ"), (0x92, "NEWOBJ_EX"), (0x82, "EXT1"),
    (UInt8(ascii: "P"), "PERSID"), (0x97, "NEXT_BUFFER"), (0xFF, "0xff"), (0x00, "0x00"),
  ])
  func unknownInstructions(_ byte: UInt8, _ name: String) {
    expectRefusal(Pickle.archive(pickle: Pickle.start + [byte]), "instruction \(name)")
  }

  @Test func stackFaults() {
    let cases: [[UInt8]] = [
      Pickle.append, Pickle.setItem, Pickle.tuple, Pickle.setItems, Array("0".utf8),
      Array("1".utf8), Array("2".utf8), Pickle.put(0), Pickle.get(7), Pickle.reduce, [0x85],
      Pickle.mark + Pickle.append, Pickle.emptyList + Pickle.mark + Pickle.append,
      Pickle.emptyDict + Pickle.none + Pickle.append, Pickle.none + Pickle.none + Pickle.append,
      Pickle.emptyDict + Pickle.mark + Pickle.none + Pickle.setItems,
      Pickle.none + Array("Q".utf8), Pickle.emptyList + Pickle.none + Pickle.build, [0x94], [0x93],
    ]
    for instructions in cases {
      expectRefusal(
        Pickle.archive(pickle: Pickle.start + instructions + Pickle.stop), "the pickle is not valid"
      )
    }
  }

  @Test func malformedPickles() {
    let cases: [([UInt8], String)] = [
      ([], "does not begin"), (Pickle.none + Pickle.stop, "does not begin"),
      (Pickle.start, "the pickle ends"), (Pickle.start + Pickle.stop, "ends with 0 values"),
      (Pickle.start + Pickle.none + Pickle.none + Pickle.stop, "ends with 2 values"),
      (Pickle.start + Pickle.mark + Pickle.none + Pickle.stop, "ends with 1 values"),
      (Pickle.dict(["w": Pickle.tensor()]) + [0], "1 bytes follow"),
      (Pickle.start + [0x95] + littleEndian(UInt64(100)), "a frame"),
      (Pickle.start + [0x8C, 2, 0xC3, 0x28], "not UTF-8"),
      (Pickle.start + Array("cos".utf8), "a line of the pickle does not end"),
    ]
    for (pickle, words) in cases { expectRefusal(Pickle.archive(pickle: pickle), words) }
    let future = refusal(Pickle.archive(pickle: [0x80, 6] + Pickle.none + Pickle.stop))
    #expect(future?.kind == .unsupported)
  }

  @Test func hugeLengthsAreNotBelieved() {
    let huge = littleEndian(UInt64.max)
    let cases: [[UInt8]] = [
      Array("X".utf8) + [0xFF, 0xFF, 0xFF, 0xFF], [0x8D] + huge, [0x8E] + huge, [0x96] + huge,
      Array("B".utf8) + [0xFF, 0xFF, 0xFF, 0xFF], [0x8D] + littleEndian(UInt64(Int.max)),
    ]
    for value in cases { expectRefusal(Pickle.archive(with: value), "bytes where") }
    expectRefusal(Pickle.archive(with: [0x8B, 0xFF, 0xFF, 0xFF, 0x7F]), "bytes in one integer")
    expectRefusal(Pickle.archive(with: [0x8B, 0xFF, 0xFF, 0xFF, 0xFF]), "negative length")
  }

  @Test func onlyKnownFunctionsAreCalled() {
    let cases: [[UInt8]] = [
      Pickle.none + Pickle.emptyTuple + Pickle.reduce,
      Pickle.text("print") + Pickle.emptyTuple + Pickle.reduce,
      Pickle.global("torch", "float32") + Pickle.emptyTuple + Pickle.reduce,
      Pickle.global("torch", "Tensor") + Pickle.emptyTuple + [0x81],
      Pickle.global("torch", "Size") + Pickle.none + Pickle.reduce,
      Pickle.tensor() + Pickle.emptyDict + Pickle.build,
      Pickle.emptyDict + Pickle.emptyDict + Pickle.build,
    ]
    for value in cases {
      expectRefusal(Pickle.archive(with: value), "the pickle is not valid")
    }
  }

  @Test func memoSharesItsObjects() throws {
    // PUT comes before the list is filled, so the second mention must see the elements.
    let list = Pickle.emptyList + Pickle.put(0) + Pickle.integer(5) + Pickle.append
    let value = Pickle.tuple(list, Pickle.get(0))
    #expect(try open(Pickle.archive(with: value)).metadata["x"] == [[5], [5]])
  }

  @Test func deepNestingIsRefusedWithoutRecursion() {
    let depth = 100_000
    let lists: [UInt8] = Array(repeating: 0x5D, count: depth)
    let appends: [UInt8] = Array(repeating: 0x61, count: depth - 1)
    expectRefusal(Pickle.archive(with: lists + appends), "levels of nesting")
    let tuples = Pickle.none + Array(repeating: 0x85, count: depth)
    expectRefusal(Pickle.archive(with: tuples), "levels of nesting")
    var parameters = Pickle.tensor()
    for _ in 0..<10 {
      parameters =
        Pickle.global("torch._utils", "_rebuild_parameter")
        + Pickle.tuple(parameters, [0x89], Pickle.none) + Pickle.reduce
    }
    expectRefusal(Pickle.archive(with: parameters), "wrapped more than")
  }

  @Test func cyclesAreNotExpanded() throws {
    let cycle = Pickle.emptyList + Pickle.put(0) + Pickle.get(0) + Pickle.append
    #expect(try open(Pickle.archive(with: cycle)).metadata["x"] == [["$ref": "#/x"]])
    let inner =
      Pickle.emptyDict + Pickle.put(1) + Pickle.text("a/b") + Pickle.emptyList + Pickle.put(2)
      + Pickle.get(1) + Pickle.append + Pickle.get(2) + Pickle.append + Pickle.setItem
    let expected: JSONValue = [["a/b": [["$ref": "#/x/0"], ["$ref": "#/x/0/a~1b"]]]]
    #expect(
      try open(Pickle.archive(with: Pickle.emptyList + inner + Pickle.append)).metadata["x"]
        == expected)
  }

  @Test func repeatedPartsAreWrittenOnceWhenTheyAreLarge() throws {
    var laughs = Pickle.text("ha") + Pickle.put(0)
    for index in 1..<40 as Range<UInt8> {
      laughs += Pickle.get(index - 1) + Pickle.get(index - 1) + [0x86] + Pickle.put(index)
    }
    laughs += Array(repeating: 0x30, count: 40)
    let pickle =
      Pickle.start + laughs + Pickle.emptyDict + Pickle.text("x") + Pickle.get(39) + Pickle.setItem
      + Pickle.text("w") + Pickle.tensor() + Pickle.setItem + Pickle.stop
    let text = try open(Pickle.archive(pickle: pickle)).report().serialized()
    #expect(text.contains("{\"$ref\":\"#/x/0/0/0/"))
    #expect(text.utf8.count < 1 << 20)
    var limits = CheckpointLimits()
    limits.metadataBytes = 1 << 19
    expectRefusal(Pickle.archive(pickle: pickle), "bytes of metadata", limits: limits)
  }

  @Test func limitsHold() {
    func limits(_ change: (inout CheckpointLimits) -> Void) -> CheckpointLimits {
      var limits = CheckpointLimits()
      change(&limits)
      return limits
    }
    let archive = Pickle.archive(with: Pickle.tuple(Pickle.none, Pickle.none) + Pickle.put(0))
    expectRefusal(archive, "bytes of pickle", limits: limits { $0.pickleBytes = 10 })
    expectRefusal(archive, "values on the pickle's stack", limits: limits { $0.stackDepth = 5 })
    expectRefusal(archive, "entries of the pickle's memo", limits: limits { $0.memoEntries = 0 })
    expectRefusal(archive, "objects in the pickle", limits: limits { $0.pickleObjects = 2 })
    expectRefusal(archive, "elements in the pickle's", limits: limits { $0.pickleElements = 5 })
    expectRefusal(archive, "zip entries", limits: limits { $0.zipEntries = 1 })
  }

  @Test func keysStandOnce() {
    expectRefusal(
      Pickle.archive(pickle: Pickle.dict(["w": Pickle.tensor(), "w": Pickle.tensor()])),
      "the key 'w' twice")
    expectRefusal(
      Pickle.archive(
        pickle: Pickle.dict(["\u{E9}": Pickle.tensor(), "e\u{301}": Pickle.tensor()])),
      "twice")
    expectRefusal(
      Pickle.archive(
        pickle: Pickle.dict(["w": Pickle.tensor(), "x": Pickle.none, "x": Pickle.none])),
      "the key 'x' twice")
  }
}

/// Tensors whose records do not fit their bytes.
struct HostileTensorTests {
  @Test(arguments: [
    (4, 0, [5], [1]), (4, 1, [4], [1]), (4, 0, [2], [4]), (4, -1, [4], [1]), (4, 0, [-1], [1]),
    (4, 0, [4], [-1]), (4, 0, [4], [1, 1]), (4, Int.max, [1], [1]), (4, Int.max / 4, [1], [1]),
    (4, 0, [Int.max], [0]), (4, 0, [Int.max, Int.max], [1, 1]), (4, 0, [2], [Int.max]),
    (4, 0, [1, 2], [Int.max, 2]), (4, 0, [0, Int.max, Int.max], [1, 1, 1]),
    (4, 0, [1 << 31, 1 << 32], [1 << 32, 1]), (4, 0, [1 << 40], [0]), (3, 0, [3], [1]),
    (5, 0, [4], [1]), (-4, 0, [4], [1]), (Int.max, 0, [4], [1]), (1 << 62, 0, [4], [1]),
  ])
  func layoutIsChecked(_ count: Int, _ offset: Int, _ shape: [Int], _ strides: [Int]) {
    let tensor = Pickle.tensor(count: count, offset: offset, shape: shape, strides: strides)
    let error = refusal(Pickle.archive(pickle: Pickle.dict(["w": tensor])))
    #expect(error?.kind == .integrity)
    #expect(error?.reason.contains("tensor 'w'") == true, "\(error?.description ?? "")")
  }

  @Test func rankIsLimited() {
    let ones = Array(repeating: 1, count: 65)
    let tensor = Pickle.tensor(shape: ones, strides: ones)
    #expect(refusal(Pickle.archive(pickle: Pickle.dict(["w": tensor]))) != nil)
  }

  @Test func storageIsDeclaredInOneWay() {
    let other = Pickle.tensor(count: 2, shape: [2], type: "LongStorage")
    #expect(
      refusal(Pickle.archive(with: other))?.reason.contains("declared in two ways") == true)
  }

  @Test func storageMustBeThere() {
    for key in ["1", "../data.pkl", ""] {
      let pickle = Pickle.dict(["w": Pickle.tensor(key: key)])
      #expect(
        refusal(Pickle.archive(pickle: pickle))?.reason.contains("not in the archive") == true)
    }
  }

  @Test func argumentsAreChecked() {
    let rebuild = Pickle.global("torch._utils", "_rebuild_tensor_v2")
    let cases: [[UInt8]] = [
      Pickle.emptyTuple,
      Pickle.tuple(
        Pickle.none, Pickle.integer(0), Pickle.emptyTuple, Pickle.emptyTuple, Pickle.none,
        Pickle.none),
      Pickle.tuple(
        Pickle.tuple(Pickle.text("module")) + Array("Q".utf8), Pickle.integer(0),
        Pickle.emptyTuple, Pickle.emptyTuple, Pickle.none, Pickle.none),
    ]
    for arguments in cases {
      let pickle = Pickle.dict(["w": rebuild + arguments + Pickle.reduce])
      #expect(refusal(Pickle.archive(pickle: pickle))?.kind == .integrity)
    }
  }
}
