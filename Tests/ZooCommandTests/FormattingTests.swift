import Testing

@testable import zoo

struct FormattingTests {
  @Test func bytes() {
    #expect(Units.bytes(0) == "0 bytes")
    #expect(Units.bytes(1023) == "1023 bytes")
    #expect(Units.bytes(1024) == "1.0 KiB")
    #expect(Units.bytes(343_335_491) == "327.4 MiB")
    #expect(Units.bytes(.max) == "8388608.0 TiB")
  }

  @Test func decimals() {
    #expect(Units.decimal(99.999, places: 2) == "100.00")
    #expect(Units.decimal(0.005, places: 2) == "0.01")
    #expect(Units.decimal(-1.5, places: 1) == "-1.5")
    #expect(Units.decimal(-0.001, places: 2) == "0.00")
    #expect(Units.decimal(7, places: 0) == "7")
    #expect(Units.decimal(.nan, places: 2) == "nan")
    #expect(Units.decimal(1e300, places: 2) == "1e+300")
  }

  @Test func seconds() {
    #expect(Units.seconds(0.9) == "0 s")
    #expect(Units.seconds(59.9) == "59 s")
    #expect(Units.seconds(200) == "3 min 20 s")
    #expect(Units.seconds(7_501) == "2 h 5 min")
    #expect(Units.seconds(.infinity) == "days")
  }

  @Test func groups() {
    #expect(Units.grouped(85_817_088) == "85,817,088")
    #expect(Units.grouped(100) == "100")
    #expect(Units.grouped(1000) == "1,000")
  }

  @Test func table() {
    var table = Table([("NAME", .left), ("SIZE", .right)])
    table.append(["a", "10"])
    table.append(["longer", "5"])
    #expect(table.text() == "NAME    SIZE\na         10\nlonger     5")
    #expect(table.plainText == "a\t10\nlonger\t5")
  }

  @Test func facts() {
    var facts = Facts()
    facts.add("one", "1")
    facts.add("unknown", nil)
    facts.add("lines", "a\nb")
    #expect(facts.text == "one    1\nlines  a\n       b")
  }
}

struct QuantityTests {
  @Test(arguments: [
    ("0", 0), ("17", 17), ("17B", 17), ("20GB", 20_000_000_000), ("20 GB", 20_000_000_000),
    ("1.5gb", 1_500_000_000), ("512MiB", 536_870_912), ("2k", 2048), ("1T", 1 << 40),
  ])
  func bytes(text: String, bytes: Int) { #expect(ByteCount(argument: text)?.bytes == bytes) }

  @Test(arguments: ["", "GB", "-1", "1e3", "1..2", "20 parrots", "999999999999TB", "٣GB"])
  func noBytes(text: String) { #expect(ByteCount(argument: text) == nil) }

  @Test(arguments: [
    ("45s", 45), ("90m", 5400), ("12h", 43_200), ("30d", 2_592_000), ("2W", 1_209_600),
  ])
  func ages(text: String, seconds: Int) { #expect(Age(argument: text)?.seconds == seconds) }

  @Test(arguments: ["", "30", "d", "-1d", "1y"])
  func noAges(text: String) { #expect(Age(argument: text) == nil) }

  @Test(arguments: [("1024", 1024), ("500K", 512_000), ("2m", 2_097_152), ("1G", 1_073_741_824)])
  func rates(text: String, bytes: Int) {
    #expect(ByteRate(argument: text)?.bytesPerSecond == bytes)
  }

  @Test(arguments: ["", "K", "-1", "0", "1.5M", "2X", "99999999999G"])
  func noRates(text: String) { #expect(ByteRate(argument: text) == nil) }

  @Test func dates() {
    #expect(Dates.iso(0) == "1970-01-01T00:00:00Z")
    #expect(Dates.iso(1_709_210_096_999_999_999) == "2024-02-29T12:34:56Z")
  }
}
