/// The names of many images in little memory: the bytes of their names and 8 bytes for each, and for
/// a member of an archive 20 more.
///
/// Images that follow each other in one directory or archive are a run, which has the directory's
/// path once.
struct ImageTable: Sendable {
  struct Run: Sendable {
    /// The first image.
    var first: Int
    /// Where in the text the directory's path, with a slash at its end, or the archive's path is.
    var prefixStart: Int
    var prefixCount: Int32
    /// How many bytes of the prefix are the directory that was searched; -1 for files given by name.
    var rootCount: Int32
    /// Which of the directories given this was found in; -1 for none.
    var group: Int32
    /// The first member in `members`; -1 for files.
    var firstMember: Int
  }

  /// Where a member's bytes are in its archive.
  struct Member: Sendable {
    var offset: Int
    /// Its size in bytes, or a reason why it cannot be read.
    var size: Int

    static let link = -1
    static let sparse = -2
    static let special = -3
  }

  private(set) var runs: [Run] = []
  var members: [Member] = []
  /// For each member the index of its label in `labels`, or -1.
  var memberLabels: [Int32] = []
  private(set) var labels: [String] = []
  private var labelIndices: [String: Int32] = [:]
  private var text: [UInt8] = []
  /// Where the name of each image ends.
  private var ends: [Int] = []

  var count: Int { ends.count }

  /// Adds a file.
  ///
  /// - Parameters:
  ///   - name: Its name, or its path if `directory` is empty.
  ///   - directory: The path before the name, with a slash at its end.
  ///   - rootCount: See ``Run/rootCount``.
  ///   - group: See ``Run/group``.
  mutating func add(
    file name: ArraySlice<UInt8>, in directory: [UInt8], rootCount: Int = -1, group: Int = -1
  ) {
    let continues =
      runs.last.map {
        $0.firstMember < 0 && $0.rootCount == rootCount && $0.group == group
          && prefix($0).elementsEqual(directory)
      } ?? false
    if !continues { begin(directory, rootCount: rootCount, group: group, firstMember: -1) }
    append(name)
  }

  /// Begins an archive, of which members follow.
  mutating func beginArchive(_ path: [UInt8]) {
    begin(path, rootCount: -1, group: -1, firstMember: members.count)
  }

  mutating func add(member name: ArraySlice<UInt8>, _ member: Member) {
    append(name)
    members.append(member)
    memberLabels.append(-1)
  }

  /// The index of a label of members.
  mutating func index(ofLabel label: String) -> Int32 {
    if let index = labelIndices[label] { return index }
    let index = Int32(clamping: labels.count)
    labelIndices[label] = index
    labels.append(label)
    return index
  }

  /// Makes room for so many bytes of names.
  mutating func reserve(_ count: Int) { text.reserveCapacity(text.count + count) }

  private mutating func append(_ name: ArraySlice<UInt8>) {
    text += name
    ends.append(text.count)
  }

  private mutating func begin(_ prefix: [UInt8], rootCount: Int, group: Int, firstMember: Int) {
    let run = Run(
      first: count, prefixStart: text.count, prefixCount: Int32(clamping: prefix.count),
      rootCount: Int32(clamping: rootCount), group: Int32(clamping: group),
      firstMember: firstMember)
    text += prefix
    // A run that got no image, such as an archive without any.
    if let last = runs.last, last.first == count { runs.removeLast() }
    runs.append(run)
  }

  // MARK: Reading

  /// The run that an image is in.
  func run(of image: Int) -> Run {
    var low = 0
    var high = runs.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if runs[middle].first <= image { low = middle } else { high = middle }
    }
    return runs[low]
  }

  /// The images of a run.
  func images(ofRun index: Int) -> Range<Int> {
    runs[index].first..<(index + 1 < runs.count ? runs[index + 1].first : count)
  }

  func prefix(_ run: Run) -> ArraySlice<UInt8> {
    text[run.prefixStart..<run.prefixStart + Int(run.prefixCount)]
  }

  func name(of image: Int, in run: Run) -> ArraySlice<UInt8> {
    let start =
      image == run.first ? run.prefixStart + Int(run.prefixCount) : ends[image - 1]
    return text[start..<ends[image]]
  }

  func member(of image: Int, in run: Run) -> Member? {
    run.firstMember < 0 ? nil : members[run.firstMember + image - run.first]
  }

  /// The label that an archive has for its member.
  func memberLabel(of image: Int, in run: Run) -> String? {
    let index = run.firstMember < 0 ? -1 : memberLabels[run.firstMember + image - run.first]
    return index < 0 ? nil : labels[Int(index)]
  }
}
