import Common
import FilterPipeline
import ImageCodecs

/// A picture that can be attacked, and what its attack takes.
struct PreparedAttack {
  /// What is said of it so far: its name, its true class, and the class that is wanted.
  let image: AttackedImage
  let carrier: Carrier
  let target: FilterTarget
  let trueClass: Int
  let random: RandomNumbers
}

/// What a step towards the attack of a picture comes to.
enum AttackReadiness<Value> {
  case ready(Value)
  /// It says why.
  case skipped(AttackedImage)
}

extension AttackRun {
  /// Makes a picture ready for its attack, as far as there is something to attack.
  ///
  /// - Throws: `invalid-attack` for a class that there is not; what keeps the filter from judging.
  func prepared(_ item: AttackItem) async throws(SluiceError) -> AttackReadiness<PreparedAttack> {
    switch try await seen(item) {
    case .ready(let seen): try aimed(item, seen)
    case .skipped(let image): .skipped(image)
    }
  }

  /// The unchanged picture, and what the classifier says of it.
  private struct Seen {
    let carrier: Carrier
    let target: FilterTarget
    let topClass: Int
  }

  private func seen(_ item: AttackItem) async throws(SluiceError) -> AttackReadiness<Seen> {
    let carrier: Carrier
    do throws(SluiceError) {
      carrier = try self.carrier(of: item.input)
    } catch {
      return .skipped(item.image(.skipped, error.message))
    }
    let target = FilterTarget(asked, carrier, savedAs: plan.form, on: pool)
    let file = try target.file(of: carrier.original)
    let limit = filter.definition.limits.maxBytes
    guard file.count <= limit else {
      return .skipped(
        item.image(
          .skipped, "saved as \(plan.form.description) it has \(file.count) bytes; the filter takes \(limit)"))
    }
    guard let topClass = try await target.answer(to: file).topClass else {
      return .skipped(item.image(.skipped, "the filter refuses the unchanged picture, or cannot judge it"))
    }
    return .ready(Seen(carrier: carrier, target: target, topClass: topClass))
  }

  /// Says which class is to be left, and which is to be reached.
  private func aimed(_ item: AttackItem, _ seen: Seen) throws(SluiceError) -> AttackReadiness<PreparedAttack> {
    let trueClass = classes(item.input.source) ?? seen.topClass
    var image = item.image(.failed)
    image.name = classes.numbered(item.name, trueClass)
    image.trueClass = trueClass
    guard seen.topClass == trueClass else {
      return .skipped(image.skipped("the classifier is wrong about the unchanged picture"))
    }
    var random = RandomNumbers(seed: "\(plan.seed) \(plan.kind.name) \(item.digest)")
    image.target = try wanted(trueClass, classes.count, &random)
    guard image.target != trueClass else { return .skipped(image.skipped("it is of the wanted class")) }
    return .ready(
      PreparedAttack(
        image: image, carrier: seen.carrier, target: seen.target, trueClass: trueClass, random: random))
  }

  private func wanted(_ actual: Int, _ count: Int, _ random: inout RandomNumbers) throws(SluiceError) -> Int? {
    switch plan.target {
    case nil: return nil
    case .number(let number):
      guard (0..<count).contains(number) else {
        throw SluiceError(.invalidAttack, "there is no class \(number); permitted: 0…\(count - 1)")
      }
      return number
    case .random:
      guard count > 1 else { throw SluiceError(.invalidAttack, "a classifier of one class cannot be wrong") }
      let drawn = random.index(below: count - 1)
      return drawn < actual ? drawn : drawn + 1
    }
  }

  /// - Throws: what keeps the picture from being read or decoded.
  func carrier(of input: EncodedInput) throws(SluiceError) -> Carrier {
    try input.checkIsReadable()
    let decoded = try ImageDecoder(limits: filter.definition.limits).decode(input.bytes.span)
    return Carrier(decoded.takePixels(), filter.definition.preprocessor)
  }
}

extension AttackedImage {
  fileprivate func skipped(_ reason: String) -> AttackedImage {
    var image = self
    image.outcome = .skipped
    image.reason = reason
    return image
  }
}
