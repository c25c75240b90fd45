import ZooCore

/// What a run is to do, as it is kept beside its rows, so that only the same run goes on with them.
struct SpoolPlan: Equatable {
  var json: JSONValue

  private static let schema = 1
  private static let limit = 64 << 20

  init(_ plan: JSONValue, _ table: TableSchema, inputs: Range<Int>) {
    json = [
      "schema": .integer(SpoolPlan.schema), "version": .string(zooVersion),
      "inputs": [.integer(inputs.lowerBound), .integer(inputs.upperBound)],
      "columns": .array(
        table.columns.map { ["name": .string($0.name), "kind": $0.kind.json] }),
      "metadata": .array(table.metadata.map { [.string($0.key), .string($0.value)] }),
      "plan": plan,
    ]
  }

  private init(_ json: JSONValue) { self.json = json }

  /// Writes the plan to a file in a directory that is this run's alone.
  func write(to path: String, scratch: String) throws(TableError) {
    var files = OutputFiles(scratch: scratch)
    try files.begin(path).append(Array((json.serialized(pretty: true) + "\n").utf8))
    try files.finish()
  }

  /// The plan in a file.
  static func read(_ path: String) throws(TableError) -> SpoolPlan {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(path, limit: limit)
    } catch {
      throw TableError(error, file: path)
    }
    do throws(JSONError) {
      return SpoolPlan(try JSONValue(parsing: bytes))
    } catch {
      throw .corrupt(path, "\(error.description); remove its directory to start anew")
    }
  }

  /// In what this plan is not as an earlier one; `nil` if they are equal.
  func difference(from earlier: SpoolPlan) -> String? {
    SpoolPlan.difference(json, earlier.json, "")
  }

  private static func difference(_ new: JSONValue, _ old: JSONValue, _ name: String) -> String? {
    if new == old { return nil }
    guard let newObject = new.object, let oldObject = old.object else {
      return "\(name.isEmpty ? "the plan" : name) is \(text(new)) here and was \(text(old)) there"
    }
    let keys = newObject.keys + oldObject.keys.filter { newObject[$0] == nil }
    for key in keys {
      // The caller's own plan needs no name.
      let inner = key == "plan" && name.isEmpty ? "" : name.isEmpty ? key : "\(name).\(key)"
      let difference = difference(newObject[key] ?? .null, oldObject[key] ?? .null, inner)
      if let difference { return difference }
    }
    return nil
  }

  private static func text(_ value: JSONValue) -> String {
    let text = value.serialized()
    return text.count <= 200 ? text : text.prefix(150) + "…" + text.suffix(40)
  }
}

extension TableColumn.Kind {
  /// For the plan.
  fileprivate var json: JSONValue {
    switch self {
    case .text: "text"
    case .integer: "integer"
    case .number: "number"
    case .vector(let shape): .array(shape.map { .integer($0) })
    }
  }
}
