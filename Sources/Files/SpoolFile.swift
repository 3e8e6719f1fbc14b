import Common
import Glibc
import SystemPackage

/// A temporary file without a name: gone when it goes out of use, however the process ends.
///
/// Formats that begin with what is known only at the end collect it here instead of in memory.
package final class SpoolFile {
  private let descriptor: FileDescriptor
  package private(set) var count = 0

  private static let blockSize = 1 << 20

  /// - Throws: `unwritable-output`.
  package init() throws(SluiceError) {
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    do throws(Errno) {
      let (descriptor, path) = try FileDescriptor.temporary(beside: RawPath("\(folder)/sluice"), .forOwnerAlone)
      self.descriptor = descriptor
      path.unlink()
    } catch {
      throw SluiceError(
        .unwritableOutput, "cannot make a temporary file in \(folder): \(error)",
        remedy: "set TMPDIR to a folder with room")
    }
  }

  deinit { descriptor.closeQuietly() }

  package func append(_ bytes: [UInt8]) throws(SluiceError) {
    do throws(Errno) { try descriptor.writeAll(of: bytes) } catch { throw .unwritable("the temporary file", error) }
    count += bytes.count
  }

  /// Copies everything to `file`, a block at a time.
  ///
  /// - Complexity: O(bytes); memory for one block.
  package func copy(to file: OutputFile) throws(SluiceError) {
    var block = [UInt8](repeating: 0, count: Self.blockSize)
    do { _ = try descriptor.seek(offset: 0, from: .start) } catch {
      throw .unwritable("the temporary file", Errno(error))
    }
    while true {
      let bytes: ArraySlice<UInt8>
      do throws(Errno) { bytes = try descriptor.nextBytes(&block) } catch {
        throw .unwritable("the temporary file", error)
      }
      if bytes.isEmpty { return }
      try file.write(Array(bytes))
    }
  }
}
