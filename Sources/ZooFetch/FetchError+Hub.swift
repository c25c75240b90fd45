import ZooCore

extension FetchError {
  /// What a hub says of a request that it does not serve, by its header `X-Error-Code`.
  ///
  /// A private repository, to those who may not see it, is one that is not there.
  static func hub(_ code: String?, _ status: Int, _ url: String) -> FetchError? {
    let url = CurlURL.withoutCredentials(url)
    let (kind, what, advice): (FailureKind, String, String)
    switch code {
    case "RepoNotFound":
      (kind, what) = (.notFound, "the hub has no such repository, or it is private")
      advice = "check its name; for a private one set HF_TOKEN to a token that may read it"
    case "RevisionNotFound":
      (kind, what) = (.notFound, "the repository has no such revision")
      advice = "name a branch, a tag or a commit of it"
    case "EntryNotFound":
      (kind, what) = (.notFound, "the repository has no such file in this revision")
      advice = "check the name of the file"
    case "GatedRepo":
      (kind, what) = (.network, "the repository is gated")
      advice = "accept its conditions on its page, and set HF_TOKEN to a token of that account"
    default: return nil
    }
    return FetchError(
      kind: kind, reason: "\(url) was answered with HTTP status \(status): \(what)",
      advice: advice, url: url, status: status)
  }
}
