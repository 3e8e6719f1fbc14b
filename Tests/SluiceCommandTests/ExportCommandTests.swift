import Foundation
import TestSupport
import Testing

@Suite struct ExportCommandTests {
  /// A folder with three images and reviews of them; digests come from the system.
  private func bench() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.file("a.png", EncodedImages.png(seed: 1))
    try folder.file("b.jpg", EncodedImages.jpeg(seed: 2))
    try folder.file("c.png", EncodedImages.png(seed: 3))
    let script = """
      cd '\(folder.path)'
      review() { printf '{"sha256":"%s","label":"%s","path":"%s"%s}\\n' "$(sha256sum $1 | cut -d' ' -f1)" $2 $1 "$3"; }
      { review a.png clean; review b.jpg clean ',"class":7'; echo; review a.png adversarial ',"class":281,"attack":"pgd"'
        review c.png adversarial; } > reviews.ndjson
      """
    #expect(try SluiceCommand.shell(script).status == 0)
    return folder
  }

  private func sluice(_ folder: TemporaryFolder, _ arguments: String) throws -> SluiceCommand.Result {
    try SluiceCommand.shell("cd '\(folder.path)' && \"$SLUICE\" \(arguments)")
  }

  @Test("reviewed images are in shards and folders, byte for byte; the last review of an image counts")
  func writesTheSet() throws {
    let folder = try bench()
    let result = try sluice(folder, "export --adversarial-training out --from-audit reviews.ndjson")
    #expect(result.status == 0 && result.outputText.isEmpty, "\(result.errors)")
    let found = try SluiceCommand.shell(
      "cd '\(folder.path)/out' && find . -type f | sed 's/[0-9a-f]\\{32\\}/KEY/' | sort")
    #expect(
      found.outputText.split(separator: "\n") == [
        "./README.md", "./images/adversarial/281/KEY.png", "./images/adversarial/unknown/KEY.png",
        "./images/clean/7/KEY.jpg", "./shards/train-000000.tar",
      ])
    let members = try SluiceCommand.shell(
      "tar tf '\(folder.path)/out/shards/train-000000.tar' | sed 's/.*\\.//' | sort | uniq -c")
    #expect(
      members.outputText.split(whereSeparator: \.isWhitespace) == ["2", "cls", "1", "jpg", "3", "json", "2", "png"])
    let same = try SluiceCommand.shell(
      "cd '\(folder.path)' && cmp a.png out/images/adversarial/281/*.png && cmp b.jpg out/images/clean/7/*.jpg")
    #expect(same.status == 0)
  }

  @Test("an image that has changed since its review is left out and named")
  func changedImages() throws {
    let folder = try bench()
    try folder.file("c.png", EncodedImages.png(seed: 4))
    let result = try sluice(folder, "export --adversarial-training out --from-audit reviews.ndjson --form folder")
    #expect(result.status == 1 && result.errors.contains("c.png is no longer the image"))
    #expect(
      try SluiceCommand.shell("find '\(folder.path)/out' -name '*.png' -o -name '*.tar' | wc -l").outputText.contains(
        "1"))
  }

  @Test(
    "bad reviews and folders are refused",
    arguments: [
      ("echo > reviews.ndjson", "holds no review"), ("mkdir out; touch out/x", "is not empty"),
      ("rm reviews.ndjson", "reviews.ndjson"), ("touch out", "out"),
      ("echo '{\"sha256\":\"12' >> reviews.ndjson", "reviews.ndjson:6: not an object"),
      ("echo '{\"sha256\":\"12\",\"label\":\"clean\",\"path\":\"a\"}' >> reviews.ndjson", "64 hexadecimal digits"),
      ("sed -i 's/adversarial/odd/' reviews.ndjson", "adversarial or clean"),
      ("sed -i 's/\"attack\"/\"attic\"/' reviews.ndjson", "`attic` is not a known key"),
      ("sed -i 's/281/-1/' reviews.ndjson", "from 0 to 999999"),
      ("head -c 70000 /dev/zero | tr '\\0' x > reviews.ndjson", "at most 65536 are permitted"),
      ("rm a.png b.jpg c.png", "none of the reviewed images"),
    ])
  func refusals(preparation: String, message: String) throws {
    let folder = try bench()
    _ = try SluiceCommand.shell("cd '\(folder.path)' && \(preparation)")
    let result = try sluice(folder, "export --adversarial-training out --from-audit reviews.ndjson")
    #expect(result.status == 2 && result.errors.contains(message), "\(result.errors)")
  }

  @Test("an export that failed is in nobody's way when it is tried again")
  func triedAgain() throws {
    let folder = try bench()
    _ = try SluiceCommand.shell("cd '\(folder.path)' && mkdir away && mv a.png b.jpg c.png away")
    let export = "export --adversarial-training out --from-audit reviews.ndjson"
    #expect(try sluice(folder, export).status == 2)
    _ = try SluiceCommand.shell("cd '\(folder.path)' && mv away/* .")
    let again = try sluice(folder, export)
    #expect(again.status == 0, "\(again.errors)")
  }

  @Test("what reviewers confirmed and cleared goes into a calibration")
  func calibratesFromReviews() throws {
    let folder = try TemporaryFolder()
    try NoisePictures.writeSmallCalibration(in: folder)
    for index in 20..<27 { try folder.file("\(index).png", EncodedImages.png(seed: UInt64(index))) }
    let script = """
      cd '\(folder.path)'
      review() { printf '{"sha256":"%s","label":"%s","path":"%s"}\\n' "$(sha256sum $1 | cut -d' ' -f1)" $2 $1; }
      { for i in 20 21 22; do review $i.png clean; done; for i in 23 24 25 26; do review $i.png adversarial; done; } > reviews.ndjson
      """
    #expect(try SluiceCommand.shell(script).status == 0)
    let result = try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean --from-audit reviews.ndjson")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.outputText.contains("23 clean scores") && result.outputText.contains("of 4"))
  }

  @Test("of what reviewers cleared no more is taken than the budget's share, and it is said")
  func fewClearedImages() throws {
    let folder = try TemporaryFolder()
    try NoisePictures.writeSmallCalibration(in: folder)
    for index in 20..<29 { try folder.file("\(index).png", EncodedImages.png(seed: UInt64(index))) }
    let script = """
      cd '\(folder.path)'
      for i in $(seq 20 28); do
        printf '{"sha256":"%s","label":"clean","path":"%s"}\\n' "$(sha256sum $i.png | cut -d' ' -f1)" $i.png
      done > reviews.ndjson
      """
    #expect(try SluiceCommand.shell(script).status == 0)
    let calibrate = "calibrate -f noise.yaml --augment none --clean clean --from-audit reviews.ndjson"
    let result = try sluice(folder, calibrate)
    #expect(result.status == 0 && result.outputText.contains("25 clean scores"), "\(result.outputText)")
    #expect(result.errors.contains("5 of 9 cleared images are taken"), "\(result.errors)")
    // Named themselves, they are a sample like any other.
    let named = try sluice(folder, calibrate.replacing("--clean clean", with: "--clean clean 2*.png"))
    #expect(named.outputText.contains("29 clean scores") && !named.errors.contains("are taken"), "\(named.errors)")
  }

  @Test("an image that reviewers confirmed is no clean one any more, and one that they cleared no adversarial one")
  func reviewsGoBeforeFolders() throws {
    let folder = try TemporaryFolder()
    try NoisePictures.writeSmallCalibration(in: folder)
    let script = """
      cd '\(folder.path)' && mkdir attacks && cp clean/2.png clean/3.png attacks
      review() { printf '{"sha256":"%s","label":"%s","path":"%s"}\\n' "$(sha256sum $1 | cut -d' ' -f1)" $2 $1; }
      { review clean/0.png adversarial; review clean/1.png adversarial; review clean/2.png clean; } > reviews.ndjson
      """
    #expect(try SluiceCommand.shell(script).status == 0)
    let result = try sluice(
      folder,
      "calibrate -f noise.yaml --augment none --clean clean --adversarial attacks --from-audit reviews.ndjson")
    #expect(result.status == 0, "\(result.errors)")
    // Two were confirmed, and one lies in both folders.
    #expect(result.outputText.contains("17 clean scores"), "\(result.outputText)")
    #expect(result.errors.contains("3 images are both clean and adversarial; they count as adversarial"))
    #expect(result.errors.contains("1 adversarial images were cleared by reviewers; they do not count as adversarial"))
  }
}
