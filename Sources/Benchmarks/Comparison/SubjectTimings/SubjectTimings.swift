import BenchmarkSubjects
import FoundationEssentials
import Glibc

// Times subjects one at a time on request. The benchmark plugin cannot do that: it runs a whole suite before it answers,
// and a comparison that takes turns with peers needs a process that stays and answers between their turns.
//
//     stdin     time NAME           stdout    milliseconds an image: the median of the passes in a fifth of a second
//     stdin     write FILE NAME     stdout    the number of bytes of the result, which are then in the file
@main
enum SubjectTimings {
  static func main() throws {
    while let request = readLine() {
      print(try answer(request))
      // The asker waits for the answer; a pipe would keep it until many have gathered.
      fflush(nil)
    }
  }

  private static func answer(_ request: String) throws -> String {
    let words = request.split(separator: " ", maxSplits: 1)
    switch words.first {
    case "time" where words.count == 2: return "\(milliseconds(try subject(words[1])))"
    case "write" where words.count == 2:
      let words = words[1].split(separator: " ", maxSplits: 1)
      let bytes = try subject(words[words.count - 1]).result()
      try Data(bytes).write(to: URL(filePath: String(words[0])))
      return "\(bytes.count)"
    default: throw BadRequest(description: "a request is `time NAME` or `write FILE NAME`, not `\(request)`")
    }
  }

  private static func subject(_ name: Substring) throws -> Subject {
    if let subject = Subject.all.first(where: { $0.name == name }) { return subject }
    throw BadRequest(description: "there is no `\(name)`; there are " + Subject.all.map(\.name).joined(separator: ", "))
  }

  /// What a request asks that cannot be answered; it ends the process.
  private struct BadRequest: Error, CustomStringConvertible {
    let description: String
  }

  private static func milliseconds(_ subject: Subject) -> Double {
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(200)
    var passes: [Duration] = []
    repeat { passes.append(clock.measure(subject.pass)) } while clock.now < end
    passes.sort()
    return passes[passes.count / 2] / .milliseconds(1) / Double(subject.imagesPerPass)
  }
}
