/// Which folders make the label of an image.
public enum LabelForm: String, Sendable, Hashable {
  /// The folder that the image is in.
  case folder
  /// All folders between the directory that was given and the image, joined by `_`:
  /// `Hymenoptera_Apis`.
  case hierarchical
}

extension ImageCollection {
  /// The label of an image; `nil` for one without.
  ///
  /// It is the name of the folder that the image is in. For a member of an archive it is what the
  /// member of the same name with the extension `.cls` says (as in WebDataset's archives), or else
  /// the folder inside the archive.
  ///
  /// - Parameters:
  ///   - index: The image.
  ///   - form: Which folders make the label; for an image that was named it is its own folder as
  ///     ever. As birder's `get_label_from_path`, except that an image in the directory itself has no
  ///     hierarchical label.
  public func label(of index: Int, _ form: LabelForm = .folder) -> String? {
    label(of: index, table.run(of: index), form)
  }

  /// The number of a class that an archive gives for its member, where it gives a number in place of
  /// a name, as birder's archives do.
  package func classNumber(of index: Int) -> Int? {
    guard let label = table.memberLabel(of: index, in: table.run(of: index)),
      label.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int(label)
  }

  /// All labels, each once, in an order that is the same for the same inputs: where there is no list
  /// of classes, a label's place in it is its class.
  ///
  /// As birder's `class_to_idx_from_paths`: first, for one given directory after the other, the
  /// folders right in it that have images, sorted (if hierarchical: all labels in it, sorted); then
  /// the labels of all other images, sorted, which birder gives no class. Sorting is by bytes.
  public func labelNames(_ form: LabelForm = .folder) -> [String] {
    var groups = Array(repeating: Set<String>(), count: groupCount)
    var others: Set<String> = []
    for index in table.runs.indices {
      let run = table.runs[index]
      let images = table.images(ofRun: index)
      let isClass = run.group >= 0 && (form == .hierarchical || isRightBelowRoot(run))
      for image in hasOneLabel(run) ? images.prefix(1) : images {
        guard let label = label(of: image, run, form) else { continue }
        if isClass { groups[Int(run.group)].insert(label) } else { others.insert(label) }
      }
    }
    var names: [String] = []
    var known: Set<String> = []
    for group in groups + [others] {
      for name in group.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
      where known.insert(name).inserted {
        names.append(name)
      }
    }
    return names
  }

  /// How many images of a range have each label, and how many have none.
  package func labelCounts(
    of range: Range<Int>, _ form: LabelForm = .folder
  ) -> (labels: [String: Int], unlabelled: Int) {
    var labels: [String: Int] = [:]
    var unlabelled = 0
    func count(_ label: String?, _ images: Int) {
      if let label { labels[label, default: 0] += images } else { unlabelled += images }
    }
    for index in table.runs.indices {
      let run = table.runs[index]
      let images = table.images(ofRun: index).clamped(to: range)
      guard !images.isEmpty else { continue }
      if hasOneLabel(run) {
        count(label(of: images.lowerBound, run, form), images.count)
      } else {
        for image in images { count(label(of: image, run, form), 1) }
      }
    }
    return (labels, unlabelled)
  }

  /// Whether the images of a run have one label: those of a directory do.
  private func hasOneLabel(_ run: ImageTable.Run) -> Bool {
    run.firstMember < 0 && run.prefixCount > 0
  }

  private func isRightBelowRoot(_ run: ImageTable.Run) -> Bool {
    table.prefix(run).dropFirst(Int(run.rootCount)).split(separator: FileNames.slash).count == 1
  }

  private func label(of image: Int, _ run: ImageTable.Run, _ form: LabelForm) -> String? {
    if let label = table.memberLabel(of: image, in: run) { return label }
    let name = table.name(of: image, in: run)
    if run.firstMember >= 0 {
      return form == .hierarchical ? FileNames.folders(of: name) : FileNames.folder(of: name)
    }
    guard run.prefixCount > 0 else { return FileNames.folder(of: name) }
    let prefix = table.prefix(run)
    if form == .hierarchical, run.rootCount >= 0 {
      return FileNames.folders(of: prefix.dropFirst(Int(run.rootCount)))
    }
    return FileNames.folder(of: prefix)
  }
}
