import ArgumentParser
import ModelZoo

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Where results go, and in which format.
struct OutputFile<Format: RawRepresentable & CaseIterable & Sendable>: Sendable
where Format.RawValue == String {
  let path: String
  let format: Format

  /// Takes what was given for an output.
  ///
  /// - Parameters:
  ///   - argument: a path; `-` is standard output, `nil` no output.
  ///   - named: the format, where the name does not tell it.
  ///   - formats: those that there are to choose from.
  ///   - standard: the format of what is written to no file, if its name does not tell another.
  ///   - option: what messages call it.
  init?(
    _ argument: String?, _ named: Format? = nil, among formats: [Format], standard: Format? = nil,
    option: String = "--output"
  ) throws(ValidationError) {
    guard let argument else {
      if named != nil {
        throw ValidationError("--format is that of a file; name it with \(option).")
      }
      return nil
    }
    path = outputPath(argument)
    let endings = formats.map { "." + $0.rawValue }
    let list = endings.dropLast().joined(separator: ", ") + " or " + (endings.last ?? "")
    // What cannot be written is told of later.
    let isStream = (try? OutputPlace(path))?.isStream ?? (argument != "")
    let format = named ?? OutputFile.format(of: path) ?? (isStream ? standard : nil)
    guard let format else {
      throw ValidationError(
        "The name '\(argument)' for \(option) tells no format; it ends with \(list), or --format"
          + " names one.")
    }
    guard endings.contains("." + format.rawValue) else {
      throw ValidationError("\(option) takes \(list) here, not .\(format.rawValue).")
    }
    self.format = format
  }

  private static func format(of path: String) -> Format? {
    path.lastIndex(of: ".").flatMap {
      Format(rawValue: path[path.index(after: $0)...].lowercased())
    }
  }

  /// What messages call it.
  var name: String { OutputPlace.name(of: path) }

  /// Whether it goes to a program, a screen or a device, and not to a file.
  var isStream: Bool { (try? OutputPlace(path))?.isStream ?? false }
}

extension OutputFile<TableFormat> {
  /// Writes it; if it is text that goes to standard output, and whoever reads that wants no more of it,
  /// this is no failure.
  func writing<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as any ZooFailure {
      let isRead = path != OutputPlace.standardOutput || !StandardOutput.isClosed
      throw isRead || !format.isText ? error : ClosedPipe()
    }
  }
}

/// The path of an output, of which `-` is standard output.
func outputPath(_ argument: String) -> String {
  argument == "-" ? OutputPlace.standardOutput : argument
}

/// The outputs of a command, which are looked at before there is work to lose: each of them can be
/// written, and no two of them are one.
struct OutputCheck {
  private var known: [OutputIdentity: String] = [:]

  /// Takes an output.
  ///
  /// - Parameters:
  ///   - option: what messages call it; that of `--errors` may be read after the others.
  ///   - isText: whether it is something for a terminal.
  ///   - more: what is written beside it.
  mutating func add(
    _ option: String, _ path: String, isText: Bool = true, with more: [String] = []
  ) throws(CommandError) {
    do throws(WriteError) {
      let place = try OutputPlace(path)
      if !isText, place.isTerminal {
        throw WriteError(
          file: OutputPlace.name(of: path),
          reason: "these bytes are nothing for a terminal; send them to a file or program",
          kind: .usage)
      }
      if place.isStream, !more.isEmpty {
        throw WriteError(
          file: OutputPlace.name(of: path),
          reason:
            "\(more[0]) would belong to it, and it is no file; name a file, or another format",
          kind: .usage)
      }
      for path in more { _ = try OutputPlace(path) }
      try claim(option, [path] + more)
      if case .file = place { try claim(option, [OutputPlace.partialPath(of: path)]) }
      place.hold(waitsForReader: option != "--errors")
    } catch {
      throw CommandError(error.kind, "\(error)")
    }
  }

  /// Takes what a command prints.
  mutating func addPrintedResults() throws(CommandError) {
    do throws(WriteError) {
      try claim("what is printed", [OutputPlace.standardOutput])
    } catch {
      throw CommandError(error.kind, "\(error)")
    }
  }

  /// Takes a file that is read, and has to stay for the next time.
  mutating func add(input path: String, _ option: String) throws(CommandError) {
    guard let identity = OutputIdentity(path), let output = known[identity] else { return }
    throw CommandError(.usage, "\(path): \(output) would replace it, and it is \(option) too")
  }

  private mutating func claim(_ option: String, _ paths: [String]) throws(WriteError) {
    for path in paths {
      guard let identity = OutputIdentity(path) else { continue }
      if let other = known[identity] {
        throw WriteError(
          file: OutputPlace.name(of: path),
          reason: "\(other) and \(option) would both be written to it; give each a name of its own",
          kind: .usage)
      }
      known[identity] = option
    }
  }
}
