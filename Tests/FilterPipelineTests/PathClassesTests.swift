import Classifiers
import Files
import FilterPipeline
import TestSupport
import Testing

struct PathClassesTests {
  @Test(
    "labels and numbers in folders and file names",
    arguments: [
      ("photos/tabby_cat/x.jpg", 1), ("photos/Tabby Cat/x.jpg", 1), ("photos/2/x.jpg", 2), ("photos/002_dog.jpg", 2),
      ("photos/2-dog.jpg", 2), ("photos/9_none.jpg", nil), ("photos/x.jpg", nil), ("", nil),
      ("/", nil), ("photos/99999999999999999999_x.jpg", nil),
      ("photos/117_dog.png", 2), ("photos/dog-17.png", 2), ("photos/tabby_cat_3.jpeg", 1), ("photos/000_dog.png", 2),
      ("photos/crane_1.png", nil), ("3/0001.jpg", 3), ("3/0001_x.jpg", 1), ("dog/1_x.jpg", 2), ("dog/0001.jpg", 2),
      ("photos/2.jpg", 2), ("photos/0003.jpg", 3), ("photos/2.tar.jpg", 2), ("dog/0003.jpg", 2),
      // What an attack put before a name, whatever folder and name say.
      ("dog/3__0001.png", 3), ("pgd/3__012_dog.png", 3), ("dog/7__x.png", 2), ("pgd/__dog.png", 2),
    ])
  func withLabels(path: String, expected: Int?) {
    let classes = PathClasses(classCount: 5, labels: ["goldfish", "tabby cat", "dog", "crane", "crane"])
    #expect(classes(path) == expected)
  }

  @Test(
    "where classes are called by their numbers, numbers in files are read as where they have no names",
    arguments: [
      ("photos/3_1.png", 3), ("1/7.png", 1), ("1/3_2.png", 1), ("photos/0_12.png", 0), ("photos/x_2.png", nil),
    ])
  func numbersForLabels(path: String, expected: Int?) {
    #expect(PathClasses(classCount: 5, labels: ["0", "1", "2", "3", "4"])(path) == expected)
  }

  @Test(
    "numbers alone, if the model has such a class",
    arguments: [
      ("a/281_tabby.jpg", 281), ("12.png", 12), ("7-x.png", 7), ("n/3/x.png", 3), ("x/12ab.png", nil), ("y.png", nil),
      ("", nil), ("99999999999999999999.png", nil), ("2019_holiday.jpg", nil), ("281/2019_x.jpg", 281),
      ("299.png", 299), ("12.tar.png", 12), ("12", 12),
      ("300.png", nil), ("2019/300.png", nil), ("-1/x.png", nil), ("5/7__x.png", 7), ("5/300__x.png", 5),
    ] as [(String, Int?)])
  func withoutLabels(path: String, expected: Int?) {
    #expect(PathClasses(classCount: 300)(path) == expected)
  }

  @Test(
    "the name of every sample sign says its class, and that of an attacked one says it without labels as well",
    arguments: ["clean/calibrate", "clean/test"]
      + ["fgsm", "pgd", "pgd-jpeg90", "carlini-wagner"].map { "adversarial/\($0)" })
  func samples(group: String) throws {
    let signs = Repository.file("Samples/signs")
    let labels = ClassLabels(String(decoding: try Repository.bytes("\(signs)/labels.txt"), as: UTF8.self)).names
    let names = try #require(try folderContents("\(signs)/\(group)"))
    #expect(names.count >= 20)
    for name in names.map(\.description) {
      let sign = name.split(separator: "_")[1].split(separator: ".")[0]
      let actual = try #require(labels.firstIndex(of: String(sign)), "\(name)")
      let path = "\(signs)/\(group)/\(name)"
      #expect(PathClasses(classCount: labels.count, labels: labels)(path) == actual, "\(name)")
      guard group.hasPrefix("adversarial") else { continue }
      #expect(PathClasses(classCount: labels.count)(path) == actual, "\(name)")
    }
  }
}
