import FilterPipeline
import Testing

struct TensorFormatTests {
  @Test(
    "a file's ending names a format, even where nothing stands before it",
    arguments: [
      (".npz", TensorFormat.npz), ("a/.tar", .tar), (".SAFETENSORS", .safetensors), ("a.b.npz", .npz), ("npz", .npy),
      ("a.npz/b", .npy), ("out.", .npy), ("/dev/x.npz", .npy), ("/dev/shm/x.npz", .npz), (".jpg", .npy),
      ("a.npz/.png", .npy),
    ])
  func endings(path: String, format: TensorFormat) {
    #expect(TensorFormat.named(by: path) == format && TensorFormat.foreignEnding(of: path) == nil)
  }

  @Test(arguments: ["a.jpg", ".hidden.jpg", "a.npz/b.png", "/dev/shm/x.jpg"])
  func foreignEndings(path: String) {
    #expect(TensorFormat.foreignEnding(of: path) == path.split(separator: ".").last.map(String.init))
  }
}
