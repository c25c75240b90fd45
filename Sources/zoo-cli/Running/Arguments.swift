import ModelZoo

#if os(Linux)
  import CProcess

  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif
#endif

extension RootCommand {
  /// The words after the command's name.
  ///
  /// On Linux the runtime reads them from `/proc`, which is not everywhere; they come from where the
  /// process gets them.
  /// - Throws: ``CommandError`` if there is not even a name. A program that starts this one without any
  ///   word has lost them, so that this is no call for help.
  static func arguments() throws(CommandError) -> [String] {
    #if os(Linux)
      let words = (0..<max(0, Int(zoo_argument_count()))).map {
        zoo_argument(Int32($0)).map(text) ?? ""
      }
    #else
      let words = CommandLine.arguments
    #endif
    guard let name = words.first, !name.isEmpty else {
      throw CommandError(
        .usage,
        "this process got no arguments, not even a name of its own; start it as zoo, with a command"
      )
    }
    return Array(words.dropFirst())
  }

  #if os(Linux)
    /// A word; one that is not UTF-8 is the name of a file, which its escapes lead back to.
    private static func text(_ word: UnsafePointer<CChar>) -> String {
      String(validatingCString: word)
        ?? NameText.text(of: UnsafeRawBufferPointer(start: word, count: strlen(word)))
    }
  #endif
}
