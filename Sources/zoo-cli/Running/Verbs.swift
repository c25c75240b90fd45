import ArgumentParser
import ModelZoo

/// Words that other programs have for what a command does.
enum Verbs {
  /// The commands for a word, each as one writes it after `zoo`.
  static let commands: [String: [String]] = table([
    "classify": ["predict", "infer", "inference", "identify", "recognize", "label", "tag", "test"],
    "classify|embed": ["run", "exec", "use"],
    "classify --evaluate": ["evaluate", "eval", "validate", "score"],
    "embed": ["encode", "embedding", "embeddings", "vectorize"],
    "features": ["extract", "feature"],
    "fetch": ["pull", "download", "get", "install", "add", "clone", "load"],
    "prewarm": ["sync", "preload", "mirror"],
    "list": ["ls", "search", "find", "models", "catalog"],
    "info": ["show", "describe", "card", "view"],
    "cache list": ["du", "ps", "cached"],
    "cache remove": ["rm", "remove", "delete", "del", "uninstall", "rmi"],
    "cache prune": ["prune", "clean", "clear", "gc", "purge"],
    "cache path": ["path", "dir", "where", "which"],
    "cache import": ["import"],
    "cache adopt": ["adopt"],
    "cache export|convert": ["export", "save"],
    "check|cache verify": ["verify"],
    "convert": ["cp", "quantize", "transform"],
    "inspect": ["cat", "dump", "summary", "open"],
    "merge": ["concat", "join", "combine"],
    "bench": ["benchmark", "profile", "perf", "time"],
    "doctor": ["env", "status", "diagnose", "system"],
    "--version": ["version"],
  ])

  /// The same after `zoo cache`.
  static let cacheCommands: [String: [String]] = table([
    "cache list": ["ls", "du", "show", "scan", "info", "status"],
    "cache remove": ["rm", "delete", "del", "uninstall"],
    "cache prune": ["clean", "clear", "gc", "purge"],
    "cache verify": ["check", "fsck", "test"],
    "cache path": ["dir", "where", "root"],
    "cache export": ["save", "pack", "backup"],
    "cache import": ["load", "restore", "unpack"],
    "fetch": ["pull", "download", "get", "fetch"],
    "prewarm": ["prewarm"],
  ])

  private static func table(_ verbs: [String: [String]]) -> [String: [String]] {
    var table: [String: [String]] = [:]
    for (commands, words) in verbs {
      for word in words { table[word] = commands.split(separator: "|").map(String.init) }
    }
    return table
  }

  /// What to say of the words of a command line of which the first is no command; `nil` if it is one, or
  /// like none.
  static func mistake(in words: [String]) -> ValidationError? {
    guard let word = words.first else { return nil }
    if word == CacheCommand.configuration.commandName {
      return mistake(
        words.dropFirst().first, after: "cache ", CacheCommand.configuration.subcommands,
        cacheCommands)
    }
    return mistake(word, after: "", RootCommand.configuration.subcommands, commands)
  }

  private typealias CacheCommand = RootCommand.CacheCommand

  private static func mistake(
    _ word: String?, after command: String, _ subcommands: [any ParsableCommand.Type],
    _ others: [String: [String]]
  ) -> ValidationError? {
    guard let word, !word.hasPrefix("-"), word != "help",
      !subcommands.contains(where: { $0._commandName == word })
    else { return nil }
    if let commands = others[word.lowercased()] {
      let names = commands.map { "'zoo \($0)'" }.joined(separator: " or ")
      return ValidationError("'\(command)\(word)' is not a command; that is \(names)")
    }
    let names = subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
    guard let question = suggestion(for: word, among: names) else { return nil }
    return ValidationError("'\(command)\(word)' is not a command\(question)")
  }
}
