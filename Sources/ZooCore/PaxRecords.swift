/// The records of a pax header: "length key=value\n".
package enum PaxRecords {
  package static func encode(_ key: String, _ value: String) -> [UInt8] {
    let rest = " \(key)=\(value)\n"
    var length = rest.utf8.count
    // The length counts its own digits.
    while "\(length)".utf8.count + rest.utf8.count != length {
      length = "\(length)".utf8.count + rest.utf8.count
    }
    return Array("\(length)\(rest)".utf8)
  }

  /// The values, such as names, need not be UTF-8.
  package static func decode(_ bytes: [UInt8]) throws(TarFault) -> [String: [UInt8]] {
    var records: [String: [UInt8]] = [:]
    var rest = bytes[...]
    while let space = rest.firstIndex(of: 0x20) {
      guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count
      else { throw TarFault("a malformed pax header") }
      let record = rest[(space + 1)..<(rest.startIndex + length)]
      guard record.last == 0x0A, let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
        throw TarFault("a malformed pax header")
      }
      let value = record[(equals + 1)...].dropLast()
      records[String(decoding: record[..<equals], as: UTF8.self)] = Array(value)
      rest = rest[(rest.startIndex + length)...]
    }
    guard rest.isEmpty else { throw TarFault("a malformed pax header") }
    return records
  }

  /// The size of a file that records state; `nil` where they state none.
  package static func size(in records: [String: [UInt8]]) throws(TarFault) -> Int? {
    guard let text = records["size"] else { return nil }
    guard let number = Int(String(decoding: text, as: UTF8.self)), (0..<1 << 50).contains(number)
    else {
      throw TarFault("a malformed pax header")
    }
    return number
  }
}
