import ZooCore
import ZooTensors

/// An array in a mapped file of NumPy's.
package struct NumpyArray {
  /// The name in an archive; empty in a file of one array.
  package let name: String
  package let header: NumpyHeader
  /// The elements.
  package let storage: ByteStorage
}

/// Reads arrays of the kinds that ``NumpyWriter`` writes.
package enum NumpyFile {
  /// Maps a file of one array.
  ///
  /// - Throws: ``CheckpointError`` if it cannot be read, or is not such an array.
  package static func npy(_ path: String) throws(CheckpointError) -> NumpyArray {
    do throws(Fault) {
      return try array(ByteStorage.mapping(path), name: "")
    } catch {
      throw CheckpointError(error, file: path)
    }
  }

  /// Maps an archive, and checks all of its bytes.
  ///
  /// - Throws: ``CheckpointError`` if it cannot be read, or holds something else than such arrays.
  package static func npz(_ path: String) throws(CheckpointError) -> [NumpyArray] {
    do throws(Fault) {
      let storage = try ByteStorage.mapping(path)
      var archive = try ZipArchive(storage, limits: CheckpointLimits())
      var arrays: [NumpyArray] = []
      for entry in archive.entries {
        guard entry.name.hasSuffix(".npy"), !entry.isDeflated else {
          throw .unsupported("its entry '\(entry.name)' is not a stored array")
        }
        let contents = try archive.contents(of: entry, checkingCRC: false)
        guard checksum(of: contents) == entry.crc else {
          throw .corrupt("zip entry '\(entry.name)' has another CRC than its bytes")
        }
        do throws(Fault) {
          arrays.append(try array(contents, name: String(entry.name.dropLast(4))))
        } catch {
          throw error.inside("'\(entry.name)'")
        }
      }
      return arrays
    } catch {
      throw CheckpointError(error, file: path)
    }
  }

  /// The CRC-32 of bytes whose memory is given back on the way.
  private static func checksum(of contents: ByteStorage) -> UInt32 {
    let step = 1 << 20
    var crc: UInt32 = 0
    for start in stride(from: 0, to: contents.bytes.count, by: step) {
      let range = start..<min(start + step, contents.bytes.count)
      crc = crc32(of: UnsafeRawBufferPointer(rebasing: contents.bytes[range]).bytes, after: crc)
      contents.discard(range)
    }
    return crc
  }

  private static func array(
    _ storage: ByteStorage, name: String
  ) throws(Fault) -> NumpyArray {
    let (header, start) = try NumpyHeader.read(storage)
    let found = storage.bytes.count - start
    var expected = header.element.byteCount
    for extent in header.shape {
      let (product, overflow) = expected.multipliedReportingOverflow(by: extent)
      expected = overflow ? .max : product
    }
    guard found == expected else {
      throw .corrupt("an array of shape \(header.shape) has \(found) bytes of elements")
    }
    return NumpyArray(
      name: name, header: header, storage: storage.slice(start..<storage.bytes.count))
  }
}
