import Classifiers
import Common
import Detectors
import Pixels
import Preprocessing
import Squeezers
import Synchronization
import Workers

/// Opens the models that a filter names and its detectors ask, several at a time.
struct ModelOpener: Sendable {
  private let definition: FilterDefinition
  private let environment: PipelineEnvironment

  init(_ definition: FilterDefinition, _ environment: PipelineEnvironment) {
    self.definition = definition
    self.environment = environment
  }

  /// A model that is to be opened.
  private enum Wanted: Sendable {
    case classifier(FilterDefinition.ClassifierDefinition)
    case model(FilterDefinition.ModelDefinition)
    case autoencoder(FilterDefinition.ModelDefinition)
  }

  /// A model that is open, on its way to its place.
  private enum Opened: Sendable {
    case classifier(OpenVINOClassifier, looks: [PixelSize: OpenVINOClassifier])
    case model(String, OpenVINOClassifier)
    case autoencoder(String, OpenVINOAutoencoder)
  }

  /// - Throws: what opening a model throws, of the first in the order of the file; `model-mismatch` for one that does not
  ///   fit the filter.
  func models() throws(SluiceError) -> OpenedModels {
    let wanted = wanted
    let results = Mutex([Result<Opened, SluiceError>?](repeating: nil, count: wanted.count))
    runConcurrently(wanted.count, threads: environment.workers) { number in
      let result: Result<Opened, SluiceError>
      do throws(SluiceError) { result = .success(try open(wanted[number])) } catch { result = .failure(error) }
      results.withLock { $0[number] = result }
    }
    var models = OpenedModels()
    for result in results.withLock({ $0 }) {
      switch try result?.get() {
      case .classifier(let classifier, let looks):
        // One after the other: measurements would disturb each other.
        models.classifier = try shared(classifier)
        for (size, look) in looks {
          models.looks[size] = look === classifier ? models.classifier : try shared(look)
        }
      case .model(let name, let classifier): models.models[name] = classifier
      case .autoencoder(let name, let autoencoder): models.autoencoders[name] = autoencoder
      case nil: break
      }
    }
    return models
  }

  /// The classifier first: it takes longest.
  private var wanted: [Wanted] {
    let detectors = definition.predictionDetectors
    var wanted = definition.classifier.map { [Wanted.classifier($0)] } ?? []
    for model in definition.models where detectors.contains(where: { $0.models.contains(model.name) }) {
      wanted.append(.model(model))
    }
    for model in definition.autoencoders where detectors.contains(where: { $0.autoencoders.contains(model.name) }) {
      wanted.append(.autoencoder(model))
    }
    return wanted
  }

  private func open(_ wanted: Wanted) throws(SluiceError) -> Opened {
    switch wanted {
    case .classifier(let model):
      let classifier = try classifier(definition.settings(of: model, environment), definition.form)
      return .classifier(classifier, looks: try looks(beside: classifier))
    case .model(let model):
      return .model(model.name, try classifier(definition.settings(of: model, environment), form(model)))
    case .autoencoder(let model):
      let autoencoder = try OpenVINOAutoencoder(
        definition.settings(of: model, environment), form: form(model), environment: environment.variables, cache: cache
      )
      return .autoencoder(model.name, autoencoder)
    }
  }

  private var cache: ModelCache? {
    ModelCache(
      environment: environment.variables, known: environment.knownFiles, sha256OfFile: environment.sha256OfFile)
  }

  private func classifier(_ settings: OpenVINOSettings, _ form: TensorForm) throws(SluiceError) -> OpenVINOClassifier {
    let classifier = try OpenVINOClassifier(settings, form: form, environment: environment.variables, cache: cache)
    try classifier.prepare(batch: 1)
    return classifier
  }

  /// The classifier as witnesses ask it: one for each size of their looks, in the arithmetic that is set for them.
  private func looks(beside classifier: OpenVINOClassifier) throws(SluiceError) -> [PixelSize: OpenVINOClassifier] {
    guard let settings = definition.classifier else { return [:] }
    var looks: [PixelSize: OpenVINOClassifier] = [:]
    for size in definition.lookSizes {
      var wanted = settings.openVINO
      wanted.precision = try environment.settled(settings.witnessPrecision)
      let precision = try wanted.computedPrecision(environment: environment.variables)
      let isSame = size == definition.form.size && precision == classifier.precision
      looks[size] = isSame ? classifier : try classifier.derived(size: size, precision: wanted.precision)
    }
    return looks
  }

  /// A classifier whose calls several images share, where the environment permits it and this machine is faster with it.
  private func shared(_ classifier: OpenVINOClassifier) throws(SluiceError) -> any Classifier {
    guard let batching = environment.batching else { return classifier }
    let sizes = try classifier.callSizes(largest: definition.maxBatch)
    return BatchingClassifier(
      classifier, sizes: sizes, calls: environment.workers, delay: batching.delay, observer: batching.observer)
  }

  private func form(_ model: FilterDefinition.ModelDefinition) -> TensorForm {
    model.tensor.form(size: model.preprocessor.outputSize)
  }
}

extension FilterDefinition {
  /// The sizes at which witnesses ask the classifier.
  var lookSizes: Set<PixelSize> {
    var sizes = Set(detectorSqueezers.map { $0.outputSize(of: form.size) })
    if !askedAutoencoders.isEmpty { sizes.insert(form.size) }
    return sizes
  }
}
