import Files

/// A table of a FlatBuffer in a file. Positions count from the start of the file, and every one is checked as it is read.
struct FlatTable {
  let position: Int

  /// The place of a field, numbered as in the schema; `nil` where the table has none.
  private func place(_ field: Int, _ file: borrowing RandomAccessFile) -> Int? {
    guard let distance = FlatNumbers.int32(file, position) else { return nil }
    let list = position - distance
    guard let length = FlatNumbers.uint16(file, list), 4 + 2 * field + 2 <= length,
      let offset = FlatNumbers.uint16(file, list + 4 + 2 * field), offset > 0
    else { return nil }
    return position + offset
  }

  private func target(_ field: Int, _ file: borrowing RandomAccessFile) -> Int? {
    guard let place = place(field, file), let offset = FlatNumbers.uint32(file, place) else { return nil }
    return place + offset
  }

  func byte(_ field: Int, _ file: borrowing RandomAccessFile) -> UInt8? {
    place(field, file).flatMap { file.bytes(at: $0, count: 1)?[0] }
  }

  func uint32(_ field: Int, _ file: borrowing RandomAccessFile) -> Int? {
    place(field, file).flatMap { FlatNumbers.uint32(file, $0) }
  }

  func table(_ field: Int, _ file: borrowing RandomAccessFile) -> FlatTable? {
    target(field, file).map(FlatTable.init)
  }

  /// A vector of at most so many elements, of a size each: where its first one lies.
  func vector(_ field: Int, of size: Int, atMost limit: Int, _ file: borrowing RandomAccessFile) -> (
    start: Int, count: Int
  )? {
    guard let start = target(field, file), let count = FlatNumbers.uint32(file, start), count <= limit,
      count * size <= file.count - start - 4
    else { return nil }
    return (start + 4, count)
  }

  func text(_ field: Int, _ file: borrowing RandomAccessFile) -> String? {
    guard let (start, count) = vector(field, of: 1, atMost: 65_536, file) else { return nil }
    return file.bytes(at: start, count: count).map { String(decoding: $0, as: UTF8.self) }
  }

  func tables(_ field: Int, atMost limit: Int, _ file: borrowing RandomAccessFile) -> [FlatTable] {
    guard let (start, count) = vector(field, of: 4, atMost: limit, file) else { return [] }
    var tables: [FlatTable] = []
    for index in 0..<count {
      let place = start + 4 * index
      guard let offset = FlatNumbers.uint32(file, place) else { break }
      tables.append(FlatTable(position: place + offset))
    }
    return tables
  }

  func floats(_ field: Int, atMost limit: Int, _ file: borrowing RandomAccessFile) -> [Double] {
    guard let (start, count) = vector(field, of: 4, atMost: limit, file) else { return [] }
    return (0..<count).compactMap { index in
      FlatNumbers.uint32(file, start + 4 * index).map { Double(Float(bitPattern: UInt32($0))) }
    }
  }

  func int32s(_ field: Int, atMost limit: Int, _ file: borrowing RandomAccessFile) -> [Int] {
    guard let (start, count) = vector(field, of: 4, atMost: limit, file) else { return [] }
    return (0..<count).compactMap { FlatNumbers.int32(file, start + 4 * $0) }
  }

  func int64s(_ field: Int, atMost limit: Int, _ file: borrowing RandomAccessFile) -> [Int] {
    guard let (start, count) = vector(field, of: 8, atMost: limit, file) else { return [] }
    return (0..<count).compactMap { index in
      guard let low = FlatNumbers.uint32(file, start + 8 * index),
        let high = FlatNumbers.int32(file, start + 8 * index + 4)
      else { return nil }
      return high << 32 | low
    }
  }
}

/// Little-endian numbers in a file; `nil` outside it.
enum FlatNumbers {
  static func uint16(_ file: borrowing RandomAccessFile, _ offset: Int) -> Int? {
    file.bytes(at: offset, count: 2).map { Int($0[0]) | Int($0[1]) << 8 }
  }

  static func uint32(_ file: borrowing RandomAccessFile, _ offset: Int) -> Int? {
    file.bytes(at: offset, count: 4).map { bytes in
      bytes.indices.reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    }
  }

  static func int32(_ file: borrowing RandomAccessFile, _ offset: Int) -> Int? {
    uint32(file, offset).map { Int(Int32(truncatingIfNeeded: $0)) }
  }
}
