import ModelZoo

/// A head that was asked for with `--head`.
enum HeadChoice: Hashable {
  /// The network's own classifier.
  case own
  /// One that the registry gives the model.
  case level(String)
  /// One in a file.
  case file(String)
  /// One in a file of a hub's repository.
  case hub(HubReference)
}

extension HeadChoice {
  /// What the network's own classifier is called among the levels.
  static let ownLevel = "classifier"

  /// Reads the values of the option, each of which may be several with commas between them.
  ///
  /// A level of the registry, and `classifier`, go before a file of that name without a slash.
  static func choices(
    _ values: [String], of entry: RegistryEntry?, model: String
  ) throws -> [HeadChoice] {
    var choices: [HeadChoice] = []
    for value in values {
      // A comma may be part of a path.
      let parts =
        isFile(value)
        ? [value] : value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      for part in parts {
        let choice = try HeadChoice(part, of: entry, model: model)
        if !choices.contains(choice) { choices.append(choice) }
      }
    }
    return choices
  }

  private init(_ text: String, of entry: RegistryEntry?, model: String) throws {
    if text == Self.ownLevel {
      self = .own
    } else if entry?.heads.contains(where: { $0.level == text }) == true {
      self = .level(text)
    } else if text.hasPrefix(HubReference.prefix) {
      self = .hub(try HubReference(text))
    } else if ModelReference.isPath(text) {
      self = .file(text)
    } else {
      throw RegistryError.unknownHead(
        text, model: model, available: entry?.heads.map(\.level) ?? [])
    }
  }

  /// What its results are called.
  ///
  /// - Parameter weights: the file of the model's weights.
  func level(weights: String) -> String {
    switch self {
    case .own: HeadChoice.ownLevel
    case .level(let name): name
    case .file(let path): HeadChoice.level(ofFile: path, weights: weights)
    case .hub(let reference): HeadChoice.level(ofFile: reference.file ?? "", weights: weights)
    }
  }

  private static func isFile(_ text: String) -> Bool {
    text.contains(",") && ModelReference.isPath(text) && ModelReference.leadsToFile(text)
  }

  /// What the results of the head in a file are called: its name without that of the model, as in
  /// `<model>-family.head.pt`.
  ///
  /// - Parameter weights: the file of the model's weights.
  static func level(ofFile path: String, weights: String) -> String {
    func stem(_ path: String) -> Substring {
      let name = path.split(separator: "/").last ?? ""
      let ending = [".head.pt", ".head.safetensors", ".safetensors", ".pt"]
        .first { name.hasSuffix($0) }
      return name.dropLast(ending?.count ?? 0)
    }
    let (head, model) = (stem(path), stem(weights))
    let level = head.hasPrefix(model + "-") ? head.dropFirst(model.count + 1) : head
    return level.isEmpty ? path : String(level)
  }
}

/// The heads of a run, each with the name of its level.
struct RunHeads {
  let levels: [ClassificationLevel]
  let heads: [Head]

  /// Loads heads, and finds those that are meant where none are asked for: the network's own
  /// classifier, else all that the registry gives the model.
  init(
    _ choices: [HeadChoice], _ run: CollectionRun, in zoo: Zoo, _ progress: ProgressReport
  ) async throws {
    let (model, entry) = (run.model, run.entry)
    let own = Head(classifierOf: run.net, run.info)
    let defaults = own == nil ? entry?.heads.map { .level($0.level) } ?? [] : [HeadChoice.own]
    guard !choices.isEmpty || !defaults.isEmpty else {
      throw CommandError(
        .notFound,
        "\(model) has neither a classifier nor heads, so it cannot tell what an image shows; "
          + "name the file of a head with --head FILE, or take its embeddings with 'zoo embed'")
    }
    var levels: [ClassificationLevel] = []
    var heads: [Head] = []
    for choice in choices.isEmpty ? defaults : choices {
      let level = choice.level(weights: run.source.fileName)
      let head: Head
      switch choice {
      case .own:
        guard let own else {
          throw RegistryError.unknownHead(
            HeadChoice.ownLevel, model: model, available: entry?.heads.map(\.level) ?? [])
        }
        head = own
      case .level(let name):
        head = try await zoo.loadPretrainedHead(
          model, level: name, for: run.net, progress: progress.handler)
      case .file(let path):
        head = try await zoo.loadHead(from: path, for: run.net)
      case .hub(let reference):
        head = try await zoo.loadHead(
          from: reference, for: run.net, progress: progress.handler)
      }
      if let other = levels.firstIndex(where: { $0.name == level }) {
        throw CommandError(
          .usage,
          "\(heads[other].file) and \(head.file) would both be called '\(level)' in the results; "
            + "rename one of the files, or use them one after the other")
      }
      levels.append(ClassificationLevel(name: level, classNames: head.classNames))
      heads.append(head)
    }
    self.levels = levels
    self.heads = heads
  }

  /// What tells the heads from others, for the plan of a run; a file by its content.
  func identities(of choices: [HeadChoice]) async throws -> JSONValue {
    var files = Set<String>()
    for case .file(let path) in choices { files.insert(path) }
    var identities: [JSONValue] = []
    for (level, head) in zip(levels, heads) {
      let file =
        files.contains(head.file) ? try await digestOfFile(at: head.file).hex : head.file
      identities.append(.strings([level.name, file]))
    }
    return .array(identities)
  }
}
