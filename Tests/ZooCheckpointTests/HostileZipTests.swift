import Testing
import ZooCore

@testable import ZooCheckpoint

/// Zip archives whose records do not fit together.
struct HostileZipTests {
  private let good = ZipBuilder.torch(
    pickle: Pickle.dict(["w": Pickle.tensor()]), storages: ["0": Array(repeating: 1, count: 16)])

  private func expectRefusal(
    _ archive: ZipBuilder, _ words: String, kind: FailureKind = .integrity,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = refusal(archive.build(), sourceLocation: sourceLocation)
    #expect(error?.kind == kind, sourceLocation: sourceLocation)
    #expect(
      error?.reason.contains(words) == true, "\(error?.description ?? "accepted")",
      sourceLocation: sourceLocation)
  }

  private func changed(_ change: (inout ZipBuilder) -> Void) -> ZipBuilder {
    var archive = good
    change(&archive)
    return archive
  }

  @Test func theGoodArchiveIsRead() throws {
    #expect(try open(good.build()).stateDict.names == ["w"])
  }

  /// `torch.save` writes all CRCs as 0 if it is told to compute none.
  @Test func anArchiveWithoutChecksumsIsReadWithAWarning() throws {
    var archive = good
    for index in archive.entries.indices { archive.entries[index].crc = 0 }
    let checkpoint = try open(archive.build(), verifyingChecksums: true)
    #expect(checkpoint.stateDict.names == ["w"])
    #expect(checkpoint.warnings().contains { $0.contains("without checksums") })
    archive.entries[0].crc = 1
    expectRefusal(archive, "has CRC")
  }

  @Test func recordsMustAgree() {
    expectRefusal(changed { $0.entries[1].localName = "m/data/1" }, "is called 'm/data/1'")
    expectRefusal(changed { $0.entries[1].localName = "m/data/00" }, "is called 'm/data/00'")
    expectRefusal(changed { $0.entries[1].size = 4 }, "states two sizes")
    expectRefusal(changed { $0.entries[1].offset = 0 }, "overlaps")
    expectRefusal(changed { $0.entries[1].offset = 5 }, "overlaps")
    expectRefusal(changed { $0.entries[1].offset = .max }, "zip64")
    expectRefusal(changed { $0.entries[1].offset = 1 << 30 }, "overlaps")
    expectRefusal(changed { $0.statedCount = 1 }, "the stated entries")
    expectRefusal(changed { $0.statedCount = 9 }, "a zip header is missing")
    expectRefusal(changed { $0.entries[1].flags = 0x0808 }, "data descriptor")
  }

  @Test func everyFieldOfBothHeadersIsCompared() throws {
    let bytes = good.build()
    let data = good.entries[1]
    // The local header of the storage: version, method, CRC and both sizes.
    let name = Array(data.name.utf8)
    let position = try #require(
      bytes.indices.first { bytes[$0...].starts(with: name) })
    for field in [8, 14, 18, 22] {
      var damaged = bytes
      damaged[position - 30 + field] ^= 8
      #expect(refusal(damaged)?.reason.contains("differ") == true, "field at \(field)")
    }
  }

  @Test func namesAreUniqueAndStayInside() {
    expectRefusal(changed { $0.add("m/data/0", []) }, "two zip entries are called 'm/data/0'")
    expectRefusal(changed { $0.add("n/data.pkl", []) }, "2 pickles")
    for name in ["../x", "/etc/passwd", "m/../../x", "m\\x", "", "m/x\0"] {
      expectRefusal(changed { $0.add(name, []) }, "not safe")
    }
  }

  @Test func unreadableEntriesAreNamed() {
    expectRefusal(changed { $0.entries[1].flags |= 1 }, "encrypted", kind: .unsupported)
    expectRefusal(changed { $0.entries[1].method = 12 }, "method 12", kind: .unsupported)
  }

  @Test func checksumOfThePickleIsVerified() {
    expectRefusal(changed { $0.entries[0].crc = 1 }, "has CRC")
  }

  @Test func bytesAroundTheArchiveAreRefused() {
    expectRefusal(changed { $0.prefix = Array("#!/bin/sh\n".utf8) }, "neither a checkpoint")
    #expect(refusal(good.build() + [0])?.kind == .integrity)
    // An end record that points before a gap would hide what lies in the gap.
    var bytes = changed { $0.gapBeforeDirectory = [1, 2, 3, 4] }.build()
    bytes[bytes.count - 6] -= 4
    #expect(refusal(bytes)?.reason.contains("does not lie where") == true)
  }

  @Test func brokenStreamsGiveNoWeights() {
    for contents in [[], [0xFF], [0x03, 0x00], Array(repeating: 7, count: 16)] as [[UInt8]] {
      expectRefusal(
        changed {
          $0.entries[1].contents = contents
          $0.entries[1].method = 8
          $0.entries[1].size = 16
        }, "does not inflate to the 16 bytes")
    }
    // A stored block of 16 bytes: right, with a wrong CRC, one byte short, and with bytes left over.
    let block: [UInt8] = [1, 16, 0, 0xEF, 0xFF] + Array(repeating: 1, count: 16)
    func deflated(_ stream: [UInt8], size: UInt32, crc: UInt32?) -> ZipBuilder {
      changed {
        $0.entries[1].contents = stream
        $0.entries[1].method = 8
        $0.entries[1].size = size
        $0.entries[1].crc = crc
      }
    }
    let crc = Array(repeating: UInt8(1), count: 16).withUnsafeBytes { crc32(of: $0) }
    #expect(throws: Never.self) { try open(deflated(block, size: 16, crc: crc).build()) }
    expectRefusal(deflated(block, size: 16, crc: crc ^ 1), "has CRC")
    expectRefusal(deflated(block + [0], size: 16, crc: crc), "does not inflate")
    expectRefusal(deflated(Array(block.dropLast()), size: 16, crc: crc), "does not inflate")
  }

  @Test func inflationIsLimited() {
    expectRefusal(
      changed {
        $0.entries[1].method = 8
        $0.entries[1].size = 1 << 30
        $0.entries[0].contents = Pickle.dict([
          "w": Pickle.tensor(count: 1 << 28, shape: [1 << 28])
        ])
      }, "more than 100 times its size")
    var limits = CheckpointLimits()
    limits.inflatedBytes = 100
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint(path: fixture("deflated.pt"), limits: limits)
    }
    #expect(error?.reason.contains("bytes in compressed entries") == true)
  }

  @Test func zip64FieldsAreChecked() throws {
    let bytes = try fixtureBytes("bare.pt")
    // Fields of the zip64 end record: its length, disks, counts, size and offset.
    let record = bytes.count - 22 - 20 - 56
    for field in [0, 4, 16, 20, 24, 32, 40, 48] {
      for value in [0xFF, 0x01] as [UInt8] {
        var damaged = bytes
        damaged[record + field] ^= value
        damaged[record + field + 3] ^= value
        #expect(refusal(damaged) != nil, "field at \(field)")
      }
    }
  }

  /// Found by fuzzing: the record's length was compared with a negative number.
  @Test func zip64RecordThatReachesIntoItsLocator() throws {
    let bytes = try fixtureBytes("bare.pt")
    let record = bytes.count - 22 - 20 - 56
    for kept in 4..<56 {
      let cut = Array(bytes[..<(record + kept)] + bytes[(record + 56)...])
      #expect(refusal(cut) != nil, "\(kept) bytes of the record")
    }
  }
}
