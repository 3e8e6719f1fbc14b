import Auditing
import FilterPipeline
import Pictures

/// How the scores of a search moved: a place for each question of the sample, and a gap where questions are left out.
struct SearchChart {
  private let course: SearchCourse
  /// Where each question lies, in steps from the left.
  private let places: [Double]
  private let scores: ClosedRange<Double>

  private static let (width, height) = (960, 236)
  private static let (left, right, top, bottom) = (64.0, 944.0, 18.0, 190.0)
  private static let (smallWidth, smallHeight) = (160, 40)
  /// In steps.
  private static let gap = 3.0
  private static let radius = 3.0

  /// `nil` where there are fewer than two questions, or no score is known.
  init?(_ course: SearchCourse) {
    guard course.questions.count > 1, let scores = course.scores else { return nil }
    self.course = course
    self.scores = scores
    var places: [Double] = []
    for place in course.questions.indices {
      let step = place == 0 ? 0 : course.omitted(before: place) > 0 ? Self.gap : 1
      places.append((places.last ?? 0) + step)
    }
    self.places = places
  }

  /// The chart of a page.
  var svg: String {
    let frame = Frame(Self.left...Self.right, Self.top...Self.bottom)
    let content = levels(frame) + gaps(frame) + lines(frame) + marks(frame) + numbers(frame)
    return figure(Self.width, Self.height, "chart wide", content)
  }

  /// A line alone, for a row of a list.
  var small: String {
    let (width, height) = (Double(Self.smallWidth), Double(Self.smallHeight))
    return figure(Self.smallWidth, Self.smallHeight, "spark", lines(Frame(2...(width - 2), 4...(height - 4))))
  }

  private struct Frame {
    let (x, y): (ClosedRange<Double>, ClosedRange<Double>)

    init(_ x: ClosedRange<Double>, _ y: ClosedRange<Double>) { (self.x, self.y) = (x, y) }
  }

  private func figure(_ width: Int, _ height: Int, _ name: String, _ content: String) -> String {
    SVG.figure(width: width, height: height, title: "Scores of the questions", description: course.text, content)
      .replacing("<svg ", with: "<svg class=\"\(name)\" ", maxReplacements: 1)
  }

  private func x(_ place: Int, _ frame: Frame) -> Double {
    frame.x.lowerBound + places[place] / max(1, places.last ?? 1) * (frame.x.upperBound - frame.x.lowerBound)
  }

  private func y(_ score: Double, _ frame: Frame) -> Double {
    let span = scores.upperBound - scores.lowerBound
    guard span > 0, span.isFinite else { return (frame.y.lowerBound + frame.y.upperBound) / 2 }
    return frame.y.upperBound - (score - scores.lowerBound) / span * (frame.y.upperBound - frame.y.lowerBound)
  }

  /// A line through the scores, broken where questions are left out or have none.
  private func lines(_ frame: Frame) -> String {
    var (parts, points) = ([String](), [(x: Double, y: Double)]())
    func end() {
      if points.count > 1 { parts.append(SVG.path(points, class: "line asked")) }
      points = []
    }
    for (place, question) in course.questions.enumerated() {
      if course.omitted(before: place) > 0 { end() }
      if let score = question.score { points.append((x(place, frame), y(score, frame))) } else { end() }
    }
    end()
    return parts.joined()
  }

  /// A dot for each question, in a ring where the class is another than before. Its title is what a pointer shows.
  private func marks(_ frame: Frame) -> String {
    course.questions.enumerated().map { place, question in
      guard let score = question.score else { return "" }
      let (x, y) = (SVG.number(x(place, frame)), SVG.number(y(score, frame)))
      let ring =
        course.changes.contains(place)
        ? "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(2 * Self.radius)\" class=\"mark\"/>" : ""
      let kind = question.outcome == .adversarial ? "dot flagged" : "dot"
      return "<g>" + HTMLText.element("title", SearchView.title(question, isChange: course.changes.contains(place)))
        + ring + "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(Self.radius)\" class=\"\(kind)\"/></g>"
    }.joined()
  }

  private func gaps(_ frame: Frame) -> String {
    places.indices.filter { course.omitted(before: $0) > 0 }.map { place in
      let middle = (x(place - 1, frame) + x(place, frame)) / 2
      return SVG.line(middle, frame.y.lowerBound, middle, frame.y.upperBound, class: "gap")
    }.joined()
  }

  private func levels(_ frame: Frame) -> String {
    let middle = scores.lowerBound + (scores.upperBound - scores.lowerBound) / 2
    let values =
      scores.lowerBound == scores.upperBound ? [middle] : [scores.lowerBound, middle, scores.upperBound]
    return values.map { value in
      let y = y(value, frame)
      return SVG.line(frame.x.lowerBound, y, frame.x.upperBound, y, class: "grid")
        + SVG.text(frame.x.lowerBound - 8, y + 4, PageText.number(value), class: "tick", anchor: "end")
    }.joined()
  }

  /// The numbers of the first and the last question, and of those beside a gap.
  private func numbers(_ frame: Frame) -> String {
    let gaps = places.indices.filter { course.omitted(before: $0) > 0 }
    let shown = Set([places.startIndex, places.endIndex - 1] + gaps + gaps.map { $0 - 1 })
    return shown.sorted().map { place in
      SVG.text(
        x(place, frame), frame.y.upperBound + 22, course.questions[place].number.map(String.init) ?? "", class: "tick",
        anchor: place == places.endIndex - 1 ? "end" : "middle")
    }.joined() + SVG.text(frame.x.lowerBound, frame.y.upperBound + 40, "question", class: "tick")
  }
}
