import ModelSetup
import Testing

struct TrueClassesTests {
  @Test(
    "the class that a path names",
    arguments: [
      ("photos/tabby_cat/x.jpg", 1), ("photos/Tabby Cat/x.jpg", 1), ("photos/2/x.jpg", 2), ("photos/002_dog.jpg", 2),
      ("photos/2-dog.jpg", 2), ("photos/2.jpg", nil), ("photos/9_none.jpg", nil), ("photos/x.jpg", nil), ("", nil),
      ("/", nil), ("photos/99999999999999999999_x.jpg", nil),
      ("photos/117_dog.png", 2), ("photos/dog-17.png", 2), ("photos/tabby_cat_3.jpeg", 1), ("photos/000_dog.png", 2),
      ("photos/crane_1.png", nil),
    ])
  func classes(path: String, expected: Int?) {
    let classes = TrueClasses(classCount: 5, labels: ["goldfish", "tabby cat", "dog", "crane", "crane"])
    #expect(classes(path) == expected)
  }
}
