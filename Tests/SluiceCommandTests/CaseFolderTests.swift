import Foundation
import TestSupport
import Testing

/// Every file of the folders of archives and streams beside the checkout, through a pipe into the command.
@Suite(.enabled(if: Repository.hasGoldenData, "needs ../shared"))
struct CaseFolderTests {
  /// What became of the inputs of a file, a line for each: the action, and the name where there is one.
  private struct Run {
    let status: Int32
    let lines: [String]
    let digests: [String?]
  }

  private let folder: TemporaryFolder
  private let filter: String

  init() throws {
    folder = try TemporaryFolder()
    filter = try folder.file("decode-only.yaml", Filters.decodeOnly)
  }

  private func run(_ path: String) throws -> Run {
    let result = try SluiceCommand.shell("cat '\(path)' | $SLUICE filter -f '\(filter)' --format none")
    let verdicts = result.verdicts
    return Run(
      status: result.status,
      lines: verdicts.map { verdict in
        let (action, source) = (verdict["action"] as? String ?? "", verdict["source"] as? String ?? "")
        return source == "stdin" ? action : "\(action) \(source.dropFirst("stdin/".count))"
      },
      digests: verdicts.map { $0["sha256"] as? String })
  }

  private static func files(_ kind: String) throws -> (folder: String, names: [String]) {
    let folder = try #require(Repository.sharedData) + "/cases/\(kind)"
    return (folder, try FileManager.default.contentsOfDirectory(atPath: folder).sorted())
  }

  private func expectedStatus(_ lines: [String]) -> Int32 {
    lines.contains { $0.hasPrefix("failed") } ? 2 : lines.contains { $0.hasPrefix("rejected") } ? 1 : 0
  }

  // MARK: - Archives

  private static let sparse = ["failed sparse.jpg", "forwarded ok.jpg"]

  /// What is meant to differ from tarfile, which says nothing but "forwarded".
  private static let different: [(why: String, lines: [String: [String]])] = [
    (
      "the bytes of links and of sparse files are not in their place in the archive, so they are not passed over",
      [
        "dirs-links.tar": ["forwarded d/a.jpg", "failed l.jpg", "failed h.jpg", "forwarded z.png"],
        "longlink.tar": ["failed l.jpg", "failed \(String(repeating: "y", count: 150)).jpg", "forwarded a.jpg"],
        "sparse-gnu.tar": sparse, "sparse-pax.tar": sparse, "sparse-pax0.0.tar": sparse, "sparse-pax1.0.tar": sparse,
        "sparse-posix.tar": sparse,
      ]
    ),
    (
      "a record that begins like those of sparse files, and is none that anybody knows, may be of a newer kind of them",
      ["pax-eq.tar": ["failed weird=name.jpg"]]
    ),
    (
      "what is called like an image must be one",
      [
        "wrong-ext.tar": ["forwarded a.png", "forwarded b.jpg", "rejected c.jpg"],
        "zero.tar": ["rejected empty.jpg", "forwarded a.jpg", "rejected empty.png"],
      ]
    ),
    (
      "tarfile ends without a word at a damaged header, and does not look behind the end of an archive",
      [
        "badsum-second.tar": ["forwarded a.jpg", "failed"], "junk-after.tar": ["forwarded a.jpg", "failed"],
        "concat.tar": ["forwarded a.jpg", "forwarded b.png"],
      ]
    ),
    (
      "tarfile gives up where an archive was cut off; the part of a member is judged, and what is missing fails",
      ["cut.tar": ["forwarded a.jpg", "rejected b.jpg", "failed"]]
    ),
    (
      "a name for all members of an archive is one to some programs and none to others",
      ["global.tar": ["failed"]]
    ),
    (
      "tarfile takes the times in a header of GNU's for the beginning of a name",
      ["incremental.tar": ["forwarded ./ok.jpg", "forwarded ./sparse.jpg"]]
    ),
    (
      "no archives, so what is in them is judged as a stream; the one in the zip file is an image as it is",
      ["gz.tar": ["rejected"], "zip.zip": ["rejected", "forwarded", "rejected"]]
    ),
  ]

  private struct Archive: Decodable {
    struct Image: Decodable {
      let name: String
      let sha256: String
    }
    let file: String
    let images: [Image]
  }

  /// What tarfile reads in each of some files.
  private func archives(_ python: String, _ folder: String, _ names: [String]) throws -> [String: Archive] {
    let script = Repository.file("Tests/SluiceCommandTests/Peers/read_tars.py")
    let paths = names.map { "'\(folder)/\($0)'" }.joined(separator: " ")
    let result = try SluiceCommand.shell("'\(python)' '\(script)' \(paths)")
    try #require(result.status == 0, "\(result.errors)")
    let archives = try result.outputText.split(separator: "\n").map { line in
      try JSONDecoder().decode(Archive.self, from: Data(line.utf8))
    }
    return Dictionary(uniqueKeysWithValues: archives.map { ($0.file, $0) })
  }

  @Test(
    "the images in every archive are those that tarfile finds, with the same bytes",
    .enabled(if: Requirements.peersPython != nil, "needs the Python of the peers: Samples/install.sh --tests"))
  func archivesAreReadAsByTarfile() throws {
    let (folder, names) = try Self.files("tar")
    #expect(names.count > 30)
    let theirs = try archives(try #require(Requirements.peersPython), folder, names)
    let different = Self.different.reduce(into: [:]) { all, group in all.merge(group.lines) { first, _ in first } }
    for name in names {
      let ours = try run("\(folder)/\(name)")
      let images = try #require(theirs[name]).images
      let usual = images.map { "forwarded \($0.name)" }
      let expected = different[name] ?? usual
      #expect(ours.lines == expected, "\(name)")
      #expect(ours.status == expectedStatus(expected), "\(name)")
      if different[name] == nil {
        #expect(ours.digests == images.map(\.sha256), "\(name)")
      } else {
        #expect(expected != usual, "\(name) does not differ")
      }
    }
    #expect(Set(different.keys).isSubset(of: names))
  }

  // MARK: - Streams

  private static let two = ["forwarded", "forwarded"]
  private static let three = two + ["forwarded"]

  /// What becomes of the inputs of each stream, in order.
  private static let streams: [(why: String, actions: [String], files: [String])] = [
    (
      "two images; starts and ends of others inside their segments are thumbnails, which are no images of their own",
      two, ["app-ends-soi.bin", "app13.bin", "com-jpeg.bin", "exif-thumb.bin", "jfxx.bin"]
    ),
    (
      "two images, the first with bytes between its markers that decoders pass over",
      two, ["dnl.bin", "ff-before-eoi.bin", "junk-dqt.bin", "rst-after-last.bin"]
    ),
    ("the same in all three images", three, ["junk-hundred.bin"]),
    ("fill bytes between images belong to none", two, ["pad-ff.bin"]),
    ("so do zeros", three, ["pad-zero.bin"]),
    ("frames of cameras, which leave out the Huffman tables that everybody knows", three, ["mjpeg-avi1-3.bin"]),
    ("two of four frames leave them out", two + two, ["mjpeg-nodht-mixed.bin"]),
    (
      "two frames of two fields each, with zeros between: every field is a whole JPEG", two + two,
      ["two-field-mjpeg.bin"]
    ),
    (
      "two stereo pictures (MPO), each of two whole JPEGs: whoever takes one of them apart sees both", two + two,
      ["mpo.bin"]
    ),
    ("the parts of a multipart stream, whose headers are no inputs", three, ["mpjpeg-boundary.bin"]),
    (
      "the first image has no end, lacks its last byte, or is damaged where libpng, as browsers do, refuses it",
      ["rejected", "forwarded"],
      ["no-eoi-then-ok.bin", "one-byte-less.bin", "png-badcrc-idat.bin", "png-badcrc-iend.bin", "png-noiend.bin"]
    ),
    (
      "a PNG for iOS, whose pixels no other decoder understands, and an image", ["rejected", "forwarded"], ["cgbi.bin"]
    ),
    (
      "the first image was cut off, and costs neither of the two behind it; a second start marker cuts off the first",
      ["rejected"] + two, ["png-trunc-ok.bin", "soi-twice.bin", "trunc-header-then-ok.bin", "trunc-then-ok.bin"]
    ),
    ("a byte order mark of text, which is no part of the image behind it", ["rejected", "forwarded"], ["bom.bin"]),
    ("a word between two images", ["forwarded", "rejected", "forwarded"], ["pad-random.bin"]),
    (
      "no image, or none that is taken: another format, compressed, or written as text",
      ["rejected"], ["base64.bin", "gz.bin", "heic.bin", "webp.bin", "y4m.bin"]
    ),
  ]

  @Test("in every stream all images are found and forwarded, and what is none is rejected")
  func streamsAreTakenApart() throws {
    let (folder, names) = try Self.files("stream")
    #expect(names == Self.streams.flatMap(\.files).sorted())
    for (why, actions, files) in Self.streams {
      for file in files {
        let run = try run("\(folder)/\(file)")
        #expect(run.lines == actions, "\(file): \(why)")
        #expect(run.status == expectedStatus(actions), "\(file)")
      }
    }
  }
}
