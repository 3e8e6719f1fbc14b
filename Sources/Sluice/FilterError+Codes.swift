// What has no constant here reaches no program that embeds a filter: a test compares the list with the codes of all modules below.

/// Codes of what the program that asks has to do with.
extension FilterError.Code {
  /// As many images wait as may. Say so to the sender, as HTTP does with the status 503.
  public static let overloaded = Self(rawValue: "overloaded")
  /// The task that asked was cancelled.
  public static let cancelled = Self(rawValue: "cancelled")
  /// An option is out of its range, or does not fit the filter.
  public static let invalidOption = Self(rawValue: "invalid-option")
  /// The program was built for processors that have more instructions than this one.
  public static let processorTooOld = Self(rawValue: "processor-too-old")
}

/// Codes of filters that cannot be opened.
extension FilterError.Code {
  /// The file is not a filter; the message names the line, the key and what is permitted.
  public static let invalidFilter = Self(rawValue: "invalid-filter")
  /// A file cannot be read.
  public static let unreadableFile = Self(rawValue: "unreadable-file")
  /// A variable of the environment has a value that is not permitted.
  public static let invalidVariable = Self(rawValue: "invalid-variable")
  /// The file of the filter's secret holds too little.
  public static let invalidSecret = Self(rawValue: "invalid-secret")
  /// The file of the classes' names is not one.
  public static let invalidLabels = Self(rawValue: "invalid-labels")
  /// A model that the filter names is not there.
  public static let modelNotFound = Self(rawValue: "model-not-found")
  /// A file is there, and is no model of a known form, or only a part of one.
  public static let unreadableModel = Self(rawValue: "unreadable-model")
  /// A model is there, and does not take or give what the filter says; the message names both.
  public static let modelMismatch = Self(rawValue: "model-mismatch")
  /// What a model in 8-bit integers needs besides is missing, damaged, or that of another model.
  public static let invalidActivationRanges = Self(rawValue: "invalid-activation-ranges")
  /// The inference engine is not where it is looked for.
  public static let engineNotFound = Self(rawValue: "engine-not-found")
  /// The inference engine cannot read a model, or make it ready.
  public static let engineFailed = Self(rawValue: "engine-failed")
  /// The calibration is not what `sluice calibrate` writes.
  public static let invalidCalibration = Self(rawValue: "invalid-calibration")
  /// The calibration was made for another filter, model or detector.
  public static let calibrationMismatch = Self(rawValue: "calibration-mismatch")
  /// The calibration has too few clean images for the budget that the filter wants.
  public static let tooFewImages = Self(rawValue: "too-few-images")
}

/// Codes of images that are rejected.
extension FilterError.Code {
  /// The bytes are those of no known image format. Over HTTP that is the status 415.
  public static let notAnImage = Self(rawValue: "not-an-image")
  /// An image, of a format that the filter does not permit. Over HTTP that is the status 415.
  public static let formatNotPermitted = Self(rawValue: "format-not-permitted")
  /// More bytes than the filter permits. Over HTTP that is the status 413.
  public static let tooManyBytes = Self(rawValue: "too-many-bytes")
  /// More pixels, or a longer side, than the filter permits.
  public static let tooManyPixels = Self(rawValue: "too-many-pixels")
  /// A JPEG with more scans than any encoder makes.
  public static let tooManyScans = Self(rawValue: "too-many-scans")
  /// Decoding takes more work than a file of its size may ask for.
  public static let tooMuchWork = Self(rawValue: "too-much-work")
  /// Decoding takes more memory than a file of its size may ask for.
  public static let tooMuchMemory = Self(rawValue: "too-much-memory")
  /// A header that declares no pixels.
  public static let emptyImage = Self(rawValue: "empty-image")
  /// The file ends before its image does.
  public static let truncatedImage = Self(rawValue: "truncated-image")
  /// The file contradicts its format.
  public static let corruptImage = Self(rawValue: "corrupt-image")
  /// A part of its format that is not decoded, such as arithmetic coding.
  public static let unsupportedImage = Self(rawValue: "unsupported-image")
  /// The filter refuses what the file contains besides its picture.
  public static let refusedFinding = Self(rawValue: "refused-finding")
}

/// Codes of images whose judgement failed.
extension FilterError.Code {
  /// A model failed, or returned what is no prediction. Opening a filter may throw it as well.
  public static let classifierFailed = Self(rawValue: "classifier-failed")
  /// No memory is left for the image at hand; another one may well find room.
  public static let outOfMemory = Self(rawValue: "out-of-memory")
}
