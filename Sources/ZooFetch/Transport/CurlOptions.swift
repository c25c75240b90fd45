import CCurl
import ZooCore

/// The options of a libcurl handle, by the type of their values.
struct CurlOptions {
  private var strings: [(CURLoption, String)]
  private var numbers: [(CURLoption, Int)]
  var pointers: [(CURLoption, UnsafeMutableRawPointer)] = []
  private let speedLimit: Int

  init(_ request: TransferRequest, _ settings: CurlTransport.Settings, scheme: String) {
    strings = [
      (CURLOPT_URL, request.url),
      (CURLOPT_PROTOCOLS_STR, "https,http,file"),
      (CURLOPT_REDIR_PROTOCOLS_STR, scheme == "https" ? "https" : "https,http"),
      (CURLOPT_USERAGENT, "swift-model-zoo/\(zooVersion)"),
    ]
    numbers = [
      (CURLOPT_FOLLOWLOCATION, 1),
      (CURLOPT_MAXREDIRS, 10),
      (CURLOPT_CONNECTTIMEOUT, settings.connectTimeout.wholeSeconds),
      (CURLOPT_LOW_SPEED_LIMIT, 1),
      (CURLOPT_LOW_SPEED_TIME, request.stallTimeout.wholeSeconds),
      (CURLOPT_NOSIGNAL, 1),
      (CURLOPT_BUFFERSIZE, CurlOptions.bufferSize(speedLimit: request.speedLimit)),
      (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
    ]
    speedLimit = request.speedLimit ?? 0
    if let range = request.range {
      strings.append((CURLOPT_RANGE, "\(range.lowerBound)-\(range.upperBound - 1)"))
    }
    if let certificates = settings.certificates {
      let isDirectory = (try? FileSystem.entry(at: certificates)) == .directory
      strings.append((isDirectory ? CURLOPT_CAPATH : CURLOPT_CAINFO, certificates))
    }
    // A token of our own comes first, and a login is not sent where everyone can read it.
    if let netrc = settings.netrc, request.bearerToken == nil, !CurlURL.isInsecure(request.url) {
      strings.append((CURLOPT_NETRC_FILE, netrc))
      numbers.append((CURLOPT_NETRC, Int(CURL_NETRC_OPTIONAL.rawValue)))
    }
  }

  /// How many bytes are taken at once.
  ///
  /// Under a limit few: libcurl 7.88 lets up to 100 buffers pass before it holds anything back, which
  /// with large ones is a whole segment.
  private static func bufferSize(speedLimit: Int?) -> Int {
    guard let speedLimit else { return 1 << 19 }
    return min(max(speedLimit / 1024, 1 << 10), 1 << 14)
  }

  /// Sets all of them; what libcurl says to each.
  func apply(to handle: UnsafeMutableRawPointer) -> [CURLcode] {
    strings.map { zoo_curl_set_string(handle, $0.0, $0.1) }
      + numbers.map { zoo_curl_set_long(handle, $0.0, $0.1) }
      + pointers.map { zoo_curl_set_pointer(handle, $0.0, $0.1) }
      + [zoo_curl_set_offset(handle, CURLOPT_MAX_RECV_SPEED_LARGE, curl_off_t(speedLimit))]
  }
}

extension Duration {
  /// Rounded up, and at least 1: libcurl takes 0 for no limit.
  fileprivate var wholeSeconds: Int {
    max(1, Int(clamping: components.seconds) + (components.attoseconds > 0 ? 1 : 0))
  }
}
