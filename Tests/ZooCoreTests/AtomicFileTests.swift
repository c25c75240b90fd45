import Foundation
import Testing
import ZooCore

/// What becomes of what stands at the path of an output.
final class AtomicFileTests {
  let directory: String

  init() throws {
    directory =
      FileManager.default.temporaryDirectory
      .appending(path: "zoo-output-\(UUID().uuidString)").resolvingSymlinksInPath().path
    try FileManager.default.createDirectory(
      atPath: directory + "/far", withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  func write(_ text: String, to path: String, temporaryPath: String? = nil) throws {
    let file = try AtomicFile(path, temporaryPath: temporaryPath)
    try file.append(Array(text.utf8).span.bytes)
    try file.finish()
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  func status(_ name: String) throws -> stat {
    var status = stat()
    try #require(lstat(path(name), &status) == 0)
    return status
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path(name), withDestinationPath: target)
  }

  /// The names in the directory and the one in it.
  func names() throws -> Set<String> {
    Set(try FileManager.default.subpathsOfDirectory(atPath: directory))
  }

  @Test func aNewFileHasTheUsualMode() throws {
    let mask = umask(0)
    umask(mask)
    try write("new", to: path("a"))
    #expect(try status("a").st_mode & 0o777 == 0o666 & ~mask)
    #expect(try names() == ["a", "far"])
  }

  @Test(arguments: [0o664, 0o600, 0o640]) func modeIsKept(mode: Int) throws {
    try write("old", to: path("a"))
    try #require(chmod(path("a"), mode_t(mode)) == 0)
    try write("new", to: path("a"))
    #expect(try text("a") == "new")
    #expect(try status("a").st_mode & 0o7777 == mode_t(mode))
  }

  @Test func anUnfinishedFileChangesNothing() throws {
    try write("old", to: path("a"))
    do {
      let file = try AtomicFile(path("a"))
      try file.append(Array("new".utf8).span.bytes)
    }
    #expect(try text("a") == "old")
    #expect(try names() == ["a", "far"])
  }

  @Test(.enabled(if: getuid() == 0, "only root gives files away")) func ownerIsKept() throws {
    try write("old", to: path("a"))
    try #require(chown(path("a"), 1234, 1235) == 0)
    try write("new", to: path("a"))
    #expect(try status("a").st_uid == 1234)
    #expect(try status("a").st_gid == 1235)
  }

  @Test(.enabled(if: getuid() != 0, "root may write everything")) func aProtectedFileStays() throws
  {
    try write("old", to: path("a"))
    try #require(chmod(path("a"), 0o444) == 0)
    #expect(throws: WriteError.self) { try write("new", to: path("a")) }
    #expect(try text("a") == "old")
  }

  @Test(arguments: [true, false]) func linksAreFollowed(isThere: Bool) throws {
    if isThere { try write("old", to: path("far/b")) }
    try link("far/link", to: "b")
    try link("a", to: "far/link")
    // While it is written, its temporary file is beside the target.
    let file = try AtomicFile(path("a"))
    let others = Set(["a", "far", "far/link", "far/b"])
    #expect(try names().subtracting(others).allSatisfy { $0.hasPrefix("far/.b.") })
    #expect(try names().subtracting(others).count == 1)
    try file.append(Array("new".utf8).span.bytes)
    try file.finish()
    #expect(try text("far/b") == "new")
    #expect(try status("a").st_mode & S_IFMT == S_IFLNK)
    #expect(try names() == others)
    #expect(OutputPlace.partialPath(of: path("a")) == path("far/b.partial"))
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    try link("round", to: "round")
    try link("lost", to: "nowhere/b")
    for (name, text) in [
      ("far", "is a directory"), ("far/", "is a directory"), ("b/", "name of a directory"),
      ("round", "leads to itself"), ("lost", "No such file"), ("absent/b", "No such file"),
    ] {
      let error = #expect(throws: WriteError.self) { try AtomicFile(path(name)) }
      #expect(error?.kind == .disk)
      #expect(error?.description.contains(text) == true, "\(name): \(String(describing: error))")
    }
  }

  @Test func aSocketIsRefused() throws {
    #if canImport(Darwin)
      let streams = SOCK_STREAM
    #else
      let streams = Int32(SOCK_STREAM.rawValue)
    #endif
    let socket = socket(AF_UNIX, streams, 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // The path is short: the working directory of a process is no test's to change.
    let name = "/tmp/zoo-\(UUID().uuidString.prefix(8))"
    defer { unlink(name) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    try #require(isBound)
    let error = #expect(throws: WriteError.self) { try AtomicFile(name) }
    #expect(error?.kind == .usage)
  }

  @Test func aDeviceIsWrittenTo() throws {
    try link("null", to: "/dev/null")
    for path in ["/dev/null", path("null")] {
      try write("gone", to: path)
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }
  }

  #if os(Linux)
    @Test func aFullDeviceIsAnError() throws {
      let error = #expect(throws: WriteError.self) { try write("x", to: "/dev/full") }
      #expect(error?.kind == .disk)
      #expect(error?.description.hasPrefix("/dev/full: it cannot be written: No space") == true)
    }
  #endif

  @Test func aPipeIsWrittenTo() throws {
    try #require(mkfifo(path("pipe"), 0o600) == 0)
    let reader = Process()
    reader.executableURL = URL(filePath: "/bin/sh")
    reader.arguments = ["-c", "cat pipe > got"]
    reader.currentDirectoryURL = URL(filePath: directory)
    try reader.run()
    try write("through", to: path("pipe"))
    reader.waitUntilExit()
    #expect(try text("got") == "through")
    #expect(try status("pipe").st_mode & S_IFMT == S_IFIFO)
  }

  @Test func openFilesAreWrittenTo() throws {
    let pipe = Pipe()
    let number = pipe.fileHandleForWriting.fileDescriptor
    try link("open", to: "/dev/fd/\(number)")
    for path in ["/dev/fd/\(number)", path("open")] {
      #expect(try OutputPlace(path) == .descriptor(number))
      try write("through", to: path)
    }
    try pipe.fileHandleForWriting.close()
    #expect(try pipe.fileHandleForReading.readToEnd() == Data("throughthrough".utf8))
    let error = #expect(throws: WriteError.self) {
      try OutputPlace("/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
    }
    #expect(error?.reason == "it is not open for writing")
  }

  @Test func onlyAFileIsTakenForALeftover() throws {
    try write("left", to: path("a.partial"))
    try write("new", to: path("a"), temporaryPath: path("a.partial"))
    #expect(try names() == ["a", "far"])
    try link("a.partial", to: "far")
    #expect(throws: WriteError.self) {
      try write("newer", to: path("a"), temporaryPath: path("a.partial"))
    }
    #expect(try text("a") == "new")
  }

  @Test func namesOfOneFileAreKnown() throws {
    try write("x", to: path("a"))
    try link("link", to: "a")
    try link("folder", to: "far")
    try link("new", to: "far/b")
    try FileManager.default.linkItem(atPath: path("a"), toPath: path("hard"))
    let same = [
      ["a", "far/../a", "./a", "link", "hard"], ["far/b", "folder/b", "new", "far/./b"],
      ["absent/c", "absent/c"],
    ]
    for (index, names) in same.enumerated() {
      #expect(Set(names.map { OutputIdentity(path($0)) }).count == 1, "\(names)")
      for others in same[(index + 1)...] {
        #expect(OutputIdentity(path(names[0])) != OutputIdentity(path(others[0])))
      }
    }
    #expect(OutputIdentity(path("b")) != OutputIdentity(path("far/b")))
    #expect(OutputIdentity("/dev/null") == nil)
  }
}
