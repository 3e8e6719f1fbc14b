/// An owned batch of tensors of one form, images one after another without padding.
///
///     image 0   bytesPerImage bytes
///     image 1   bytesPerImage bytes
///     …
///
/// Aligned to a cache line, so that an inference engine can read it in place.
@safe package struct TensorBatch: ~Copyable {
  package let form: TensorForm
  package let count: Int
  private let storage: UnsafeMutableRawBufferPointer

  private static let alignment = 64

  /// A batch of zero bytes.
  ///
  /// - Precondition: `count` is at least 1.
  /// - Complexity: O(count · bytesPerImage).
  package init(form: TensorForm, count: Int) {
    precondition(count > 0, "a batch has at least one image")
    self.form = form
    self.count = count
    unsafe storage = .allocate(byteCount: count * form.bytesPerImage, alignment: Self.alignment)
    unsafe storage.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// A batch of one image with these bytes.
  ///
  /// - Precondition: there are `bytesPerImage` of them.
  /// - Complexity: O(bytesPerImage).
  package init(form: TensorForm, bytes: [UInt8]) {
    precondition(bytes.count == form.bytesPerImage)
    self.init(form: form, count: 1)
    unsafe storage.copyBytes(from: bytes)
  }

  /// A batch of one image whose elements `fill` writes, in order, into memory that is not cleared first.
  ///
  /// - Precondition: `Element` has the size the form names, and `fill` writes `elementsPerImage` of them.
  /// - Complexity: that of `fill`.
  package init<Element: BitwiseCopyable>(
    form: TensorForm, of type: Element.Type, initializingWith fill: (inout OutputSpan<Element>) -> Void
  ) {
    precondition(MemoryLayout<Element>.size == form.element.byteCount)
    self.form = form
    count = 1
    unsafe storage = .allocate(byteCount: form.bytesPerImage, alignment: Self.alignment)
    let elements = unsafe storage.bindMemory(to: Element.self)
    var output = unsafe OutputSpan(buffer: elements, initializedCount: 0)
    fill(&output)
    let written = unsafe output.finalize(for: elements)
    precondition(written == form.elementsPerImage, "every element was written")
  }

  deinit {
    unsafe storage.deallocate()
  }

  /// The bytes of all images.
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(storage))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The bytes of image `index`.
  ///
  /// - Precondition: `0 <= index < count`.
  @_lifetime(borrow self)
  package func image(_ index: Int) -> RawSpan {
    bytes.extracting(index * form.bytesPerImage..<(index + 1) * form.bytesPerImage)
  }

  /// The elements of image `index`, for writing.
  ///
  /// - Precondition: `0 <= index < count`, and `Element` has the size the form names.
  @_lifetime(&self)
  package mutating func elements<Element: BitwiseCopyable>(
    ofImage index: Int, as type: Element.Type
  ) -> MutableSpan<Element> {
    precondition(index >= 0 && index < count && MemoryLayout<Element>.size == form.element.byteCount)
    let bytes = unsafe UnsafeMutableRawBufferPointer(
      rebasing: storage[index * form.bytesPerImage..<(index + 1) * form.bytesPerImage])
    let span = unsafe MutableSpan<Element>(_unsafeElements: bytes.bindMemory(to: Element.self))
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// Copies an image of another batch of the same form.
  ///
  /// - Complexity: O(bytesPerImage).
  package mutating func copyImage(_ source: Int, of other: borrowing TensorBatch, to index: Int) {
    precondition(form == other.form && index >= 0 && index < count)
    let target = unsafe UnsafeMutableRawBufferPointer(
      rebasing: storage[index * form.bytesPerImage..<(index + 1) * form.bytesPerImage])
    unsafe other.image(source).withUnsafeBytes { unsafe target.copyMemory(from: $0) }
  }
}

// One owner at a time and no shared mutable state: a batch may move between threads.
extension TensorBatch: @unchecked Sendable {}
