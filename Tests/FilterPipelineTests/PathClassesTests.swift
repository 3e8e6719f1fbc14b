import FilterPipeline
import Testing

struct PathClassesTests {
  @Test(
    "labels and numbers in folders and file names",
    arguments: [
      ("photos/tabby_cat/x.jpg", 1), ("photos/Tabby Cat/x.jpg", 1), ("photos/2/x.jpg", 2), ("photos/002_dog.jpg", 2),
      ("photos/2-dog.jpg", 2), ("photos/2.jpg", 2), ("photos/9_none.jpg", nil), ("photos/x.jpg", nil), ("", nil),
      ("/", nil), ("photos/99999999999999999999_x.jpg", nil),
      ("photos/117_dog.png", 2), ("photos/dog-17.png", 2), ("photos/tabby_cat_3.jpeg", 1), ("photos/000_dog.png", 2),
      ("photos/crane_1.png", nil), ("3/0001.jpg", 3), ("3/0001_x.jpg", 1), ("dog/1_x.jpg", 2),
    ])
  func withLabels(path: String, expected: Int?) {
    let classes = PathClasses(classCount: 5, labels: ["goldfish", "tabby cat", "dog", "crane", "crane"])
    #expect(classes(path) == expected)
  }

  @Test(
    "numbers alone, if the model has such a class",
    arguments: [
      ("a/281_tabby.jpg", 281), ("12.png", 12), ("7-x.png", 7), ("n/3/x.png", 3), ("x/12ab.png", nil), ("y.png", nil),
      ("", nil), ("99999999999999999999.png", nil), ("2019_holiday.jpg", nil), ("281/2019_x.jpg", 281),
      ("299.png", 299), ("12.tar.png", 12), ("12", 12),
      ("300.png", nil), ("2019/300.png", nil), ("-1/x.png", nil),
    ] as [(String, Int?)])
  func withoutLabels(path: String, expected: Int?) {
    #expect(PathClasses(classCount: 300)(path) == expected)
  }
}
