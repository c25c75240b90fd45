import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The process that downloads a file, as others see it.
struct Owner: Equatable, Sendable {
  var process: ProcessIdentity
  /// Whether it has locked the file that says so; not every file system has locks.
  var isLocked: Bool

  init(_ process: ProcessIdentity, isLocked: Bool) {
    self.process = process
    self.isLocked = isLocked
  }

  init?(json: JSONValue) {
    guard let process = json["process"].flatMap(ProcessIdentity.init(json:)),
      let isLocked = json["locked"]?.bool
    else { return nil }
    self.init(process, isLocked: isLocked)
  }

  /// For people who wait for it.
  var description: String { "process \(process.pid) on \(process.host)" }

  var json: JSONValue { ["process": process.json, "locked": .bool(isLocked)] }

  /// Whether it is certain that it has ended, and will never write again.
  ///
  /// A lock that is held proves that the owner runs. One that is free proves little by itself: the
  /// owner may be on another machine, and some file systems only pretend to have locks.
  func hasEnded(_ lock: OpenFile.Lock) -> Bool {
    guard process.sharesMachine(with: .current), lock != .held else { return false }
    if let isRunning = process.isRunning { return !isRunning }
    return isLocked && lock == .free
  }
}

/// The file by which the owner of a download is known, locked as long as it runs.
enum OwnerFile {
  /// Says in a new file that this process is the owner, and locks it.
  static func create(at path: String) throws(FetchError) -> OpenFile {
    let file = try OpenFile(creating: path)
    let owner = Owner(.current, isLocked: file.lock())
    try file.append(Array((owner.json.serialized() + "\n").utf8).span.bytes)
    return file
  }

  enum State: Equatable, Sendable {
    /// Nobody owns the download any more: given up, or its owner has ended.
    case free
    /// Someone does, or may do so.
    case owned(Owner?)
  }

  /// Who owns a download; without a file, someone is about to.
  static func state(at path: String) -> State {
    guard let file = try? OpenFile(reading: path) else { return .owned(nil) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    guard let count = try? file.read(into: &buffer, at: 0) else { return .owned(nil) }
    if count == 0 { return .free }
    guard let json = try? JSONValue(parsing: Array(buffer.prefix(count))),
      let owner = Owner(json: json)
    else { return .owned(nil) }
    return owner.hasEnded(file.lockOfOthers()) ? .free : .owned(owner)
  }
}
