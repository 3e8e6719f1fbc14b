import AuditLog
import FilterPipeline
import StatefulDetection

/// Makes records of searches out of what a memory of questions says.
package struct SearchRecords: Sendable {
  private let memory: QueryMemory
  private let action: SearchAction
  private let growth = SearchGrowth()

  /// - Parameters:
  ///   - action: what is done about searches.
  package init(_ memory: QueryMemory, action: SearchAction) {
    self.memory = memory
    self.action = action
  }

  /// The searches that are to be recorded with these images: those that were first noticed by one of them, and those that became twice as
  /// long.
  ///
  /// - Parameters:
  ///   - label: what a class is called, where that is known.
  package func due(_ images: [JudgedImage], label: (Int) -> String?) -> [RecordedSearch] {
    images.compactMap { image in
      guard let sighting = image.sighting, sighting.isSearch,
        growth.isDue(sighting.chain.description, length: sighting.length)
      else { return nil }
      var search = RecordedSearch(
        sighting, sample: memory.questions(of: sighting.chain) ?? [], action: action, filter: image.verdict.filter,
        label: label)
      search.request = image.request
      // Somebody else may have asked about the same picture.
      if sighting.concernsAsker { search.client = image.client }
      return search
    }
  }

  /// Says that these could not be recorded: they are due again.
  package func takeBack(_ searches: [RecordedSearch]) {
    for search in searches.compactMap(\.id) { growth.forget(search) }
  }
}
