/// The numbers that Parquet's files use for types and encodings.
///
/// Source: `parquet.thrift` of the Apache Parquet format, version 2.11.
enum ParquetFormat {
  /// What a file begins and ends with.
  static let magic = Array("PAR1".utf8)
  /// What ends a file whose footer is encrypted.
  static let encryptedMagic = Array("PARE".utf8)
  /// The key under which Arrow's libraries keep the schema that was written.
  static let arrowSchemaKey = "ARROW:schema"

  /// The most bytes that a page may have when it is not compressed.
  static let pageLimit = 1 << 28
  /// The most bytes that the footer may have.
  static let footerLimit = 1 << 28
  /// The most bytes that a page's header may have.
  static let headerLimit = 1 << 24
  /// The most groups that may lie inside each other in a schema.
  static let depthLimit = 64

  enum PhysicalType: Int {
    case boolean, int32, int64, int96, float, double, byteArray, fixedLengthByteArray
  }

  enum Repetition: Int {
    case required, optional, repeated
  }

  enum PageType: Int {
    case data, index, dictionary, dataV2
  }

  enum Encoding: Int {
    case plain = 0
    case plainDictionary = 2
    case runLength = 3
    case bitPacked = 4
    case deltaBinaryPacked = 5
    case deltaLengthByteArray = 6
    case deltaByteArray = 7
    case runLengthDictionary = 8
    case byteStreamSplit = 9
  }

  enum Codec: Int {
    case none, snappy, gzip, lzo, brotli, lz4, zstd, lz4Raw
  }

  /// Numbers of `ConvertedType` that are handled.
  enum ConvertedType {
    static let utf8 = 0
    static let list = 3
    static let signedIntegers = 15...18
  }

  /// Field numbers of the union `LogicalType` that are handled.
  enum LogicalType {
    static let string = 1
    static let list = 3
    static let integer = 10
  }
}
